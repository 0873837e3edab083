import { Inject } from '@nestjs/common';

/** Token of the service's settings. */
export const SETTINGS = Symbol('orderloom.settings');
/** Token of the service's name. */
export const SERVICE_NAME = Symbol('orderloom.service');

/** `constructor(@InjectSettings() settings: SettingsOf<typeof orderSettings>)`. */
export const InjectSettings = (): PropertyDecorator & ParameterDecorator => Inject(SETTINGS);

/** `constructor(@InjectConnection() mongo: Connection)`: the service's own database. */
export const CONNECTION = Symbol('orderloom.connection');
export const InjectConnection = (): PropertyDecorator & ParameterDecorator => Inject(CONNECTION);
