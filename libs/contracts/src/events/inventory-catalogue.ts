import Type from 'typebox';
import { Count, Id, MoneySchema, OriginSchema, optional, Quantity, Text } from './common.js';

const Day = (description: string) => Type.String({ format: 'date', description });

/** Levels of a product, at every location or at one. */
const levels = {
  safetyStock: optional(Type.Integer({ minimum: 0, description: 'Units per location that are never sold.' })),
  upToLevel: optional(Type.Integer({ minimum: 0, description: 'Replenishment orders up to this.' })),
};

/** A product, in full. */
export const ProductSchema = Type.Object({
  sku: Id(),
  name: Text(),
  category: optional(Text()),
  supplierId: optional(Id()),
  unit: optional(Text('How it is sold, e.g. `10 boxes x 20 bags`.')),
  unitPrice: optional(MoneySchema),
  reorderLevel: Count,
  discontinued: Type.Boolean(),
  variantOf: optional(Id('The product this is a variant of.')),
  options: optional(
    Type.Array(Type.Object({ name: Text(), value: Text() }), { description: 'What makes the variant, e.g. size L.' }),
  ),
  components: optional(
    Type.Array(Type.Object({ sku: Id(), quantity: Quantity }), {
      minItems: 1,
      description: 'A bundle: what one unit is made of. It has no stock of its own.',
    }),
  ),
  packs: optional(Type.Array(Type.Object({ unit: Text(), quantity: Quantity, barcode: optional(Id()) }))),
  barcodes: optional(Type.Array(Id('GTIN or any other code.'))),
  weightGrams: optional(Count),
  sizeMm: optional(Type.Object({ length: Count, width: Count, height: Count })),
  sellableFrom: optional(Day('First day it is sold on.')),
  sellableUntil: optional(Day('Last day it is sold on.')),
  substitutes: optional(Type.Array(Id(), { description: 'Skus that may go instead, best first.' })),
  tracking: optional(Type.Enum(['lot', 'serial'])),
  shelfLifeDays: optional(Count),
  backorder: optional(
    Type.Enum(['allow', 'refuse', 'preorder'], {
      description: 'What happens to units that are not there; absent: they are waited for.',
    }),
  ),
  availableFrom: optional(Day('Pre-orders are served from this day on.')),
  release: optional(Type.Enum(['arrival', 'priority'], { description: 'Who gets arriving goods first.' })),
  ...levels,
  places: optional(
    Type.Array(Type.Object({ location: Id(), reorderLevel: optional(Type.Integer({ minimum: 0 })), ...levels }), {
      description: 'Levels that differ at a location.',
    }),
  ),
  replenishBy: optional(Type.Enum(['hand', 'computed'], { description: 'Whose levels count; absent: by hand.' })),
  serviceLevelPercent: optional(Type.Integer({ minimum: 50, maximum: 99 })),
  leadTimeDays: optional(Count),
  purchasePrice: optional(MoneySchema),
  purchaseMinimum: optional(Quantity),
  purchaseMultiple: optional(Quantity),
  origin: optional(OriginSchema),
});
