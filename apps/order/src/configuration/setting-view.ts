import { ApiProperty } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { etagOf } from '@orderloom/platform';
import type { FastifyReply } from 'fastify';
import type { Registry, Setting } from './registry.js';

/** A setting as the API shows it. */
export class SettingView {
  @ApiProperty() readonly name!: string;
  @ApiProperty({ description: 'Counts up with every change.' }) readonly version!: number;
  @ApiProperty({ type: String, nullable: true, description: 'Null: ships with the product.' })
  readonly changedAt!: string | null;
  @ApiProperty({ type: Object }) readonly value!: object;
}

/** All settings of a kind, by name. */
export const listSettings = async <T extends object>(registry: Registry<T>): Promise<{ items: Setting<T>[] }> => ({
  items: [...(await registry.all()).values()].sort((a, b) => (a.name < b.name ? -1 : 1)),
});

/** One setting, with its version as ETag. @throws Refused SETTING_NOT_FOUND */
export const oneSetting = async <T extends object>(
  registry: Registry<T>,
  name: string,
  reply: FastifyReply,
): Promise<Setting<T>> => {
  const found = await registry.find(name);
  if (found === undefined) throw new Refused('SETTING_NOT_FOUND', { name });
  reply.header('etag', etagOf(String(found.version)));
  return found;
};

/** Every version a setting has had, oldest first. @throws Refused SETTING_NOT_FOUND */
export const settingVersions = async <T extends object>(
  registry: Registry<T>,
  name: string,
): Promise<{ items: Setting<T>[] }> => {
  const items = await registry.versions(name);
  if (items.length === 0) throw new Refused('SETTING_NOT_FOUND', { name });
  return { items };
};
