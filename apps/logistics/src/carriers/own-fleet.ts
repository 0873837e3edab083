/** Carrier code of parcels that go with vehicles of one's own. */
export const OWN_FLEET = 'own-fleet';
