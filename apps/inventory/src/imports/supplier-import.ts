import { Injectable } from '@nestjs/common';
import { Relay } from '@orderloom/event-sourcing';
import {
  column,
  defineImport,
  type ImportContext,
  type ImportDefinition,
  type ImportItem,
  type ItemOutcome,
  type RowOf,
} from '@orderloom/platform';
import { SaveSuppliers } from '../supplier/save-suppliers.js';
import { importContext, outcomeOf, whenPublished } from './import-outcome.js';

const columns = {
  supplier_id: column.text({
    required: true,
    max: 100,
    synonyms: ['id', 'supplier_no', 'supplier_number', 'vendor_id', '供应商编号', '编号'],
  }),
  company: column.text({
    required: true,
    max: 300,
    synonyms: ['company_name', 'name', 'supplier_name', 'vendor', '公司', '公司名称', '供应商名称'],
  }),
  contact_name: column.text({ max: 200, synonyms: ['contact', 'contact_person', '联系人'] }),
  address: column.text({ max: 300, synonyms: ['street', '地址', '街道'] }),
  city: column.text({ max: 200, synonyms: ['town', '城市'] }),
  region: column.text({ max: 200, synonyms: ['state', 'province', '省份', '地区'] }),
  postal_code: column.text({ max: 20, synonyms: ['zip', 'postcode', '邮编', '邮政编码'] }),
  country: column.text({ max: 100, synonyms: ['country_code', '国家'] }),
  email: column.text({ max: 320, synonyms: ['e_mail', 'mail', '邮箱', '电子邮件'] }),
  phone: column.text({ max: 50, synonyms: ['telephone', 'tel', '电话', '联系电话'] }),
};

type Row = RowOf<typeof columns>;

/** Imports suppliers; the same file again changes nothing. */
@Injectable()
export class SupplierImport {
  constructor(
    private readonly suppliers: SaveSuppliers,
    private readonly relay: Relay,
  ) {}

  definition(): ImportDefinition {
    return defineImport({
      kind: 'suppliers',
      columns,
      handleBatch: (items, context) => this.handle(items, context),
    });
  }

  private async handle(items: ImportItem<Row>[], context: ImportContext): Promise<ItemOutcome[]> {
    const rows = items.flatMap((item) => item.rows);
    const settled = await this.suppliers.saveMany(
      rows.map(
        ({
          values: { supplier_id, company, country, contact_name, address, city, region, postal_code, email, phone },
        }) => ({
          supplierId: supplier_id.replace(/\s+/g, '-'),
          company,
          country,
          contact: defined({
            contactName: contact_name,
            street: address,
            city,
            region,
            postalCode: postal_code,
            email,
            phone,
          }),
        }),
      ),
      (index) => importContext(context, rows[index]?.row ?? index),
    );
    await whenPublished(this.relay, settled);
    return settled.map((one) => outcomeOf([one]));
  }
}

const defined = (fields: Record<string, string | undefined>): Record<string, string> =>
  Object.fromEntries(Object.entries(fields).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])));
