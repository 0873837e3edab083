/** The parts of an OpenAPI document that are put together. */
export interface OpenApi {
  openapi: string;
  info: { title: string; version: string; description?: string };
  paths: Record<string, Record<string, unknown>>;
  tags?: { name: string; description?: string }[];
  components?: { schemas?: Record<string, unknown>; securitySchemes?: Record<string, unknown> };
  security?: unknown[];
}

/** Paths that every service has for its operators; they are not part of the public interface. */
const internal = /^\/(health|metrics)\b/;

/**
 * One OpenAPI document for the whole platform. Schemas keep their names where they are the same in every service; where
 * two services use one name for different things, the later one's gets the service's name in front.
 */
export function mergeOpenApi(documents: ReadonlyMap<string, OpenApi>): OpenApi {
  const merged: OpenApi = {
    openapi: '3.0.0',
    info: {
      title: 'Orderloom',
      version: '1',
      description: 'Orders from intake to delivery. Every request carries `Authorization: Bearer <token>`.',
    },
    paths: {},
    tags: [],
    components: { schemas: {}, securitySchemes: {} },
    security: [{ bearer: [] }],
  };
  const schemas: Record<string, unknown> = {};
  for (const [service, original] of documents) {
    const document = withOwnIds(renameClashes(original, schemas, service), service);
    Object.assign(schemas, document.components?.schemas);
    Object.assign(merged.components?.securitySchemes ?? {}, document.components?.securitySchemes);
    for (const [path, item] of Object.entries(document.paths)) {
      if (!internal.test(path)) merged.paths[path] = { ...merged.paths[path], ...item };
    }
    for (const tag of document.tags ?? []) {
      if (!merged.tags?.some((known) => known.name === tag.name)) merged.tags?.push(tag);
    }
  }
  merged.components = { ...merged.components, schemas };
  return merged;
}

/** Operation ids must be unique in a document (OpenAPI 3, Operation Object), and services share controllers. */
function withOwnIds(document: OpenApi, service: string): OpenApi {
  const paths = Object.entries(document.paths).map(([path, item]) => {
    const own = Object.entries(item).map(([method, operation]) => {
      const { operationId } = operation as { operationId?: string };
      return [
        method,
        operationId === undefined ? operation : { ...(operation as object), operationId: `${service}_${operationId}` },
      ];
    });
    return [path, Object.fromEntries(own)];
  });
  return { ...document, paths: Object.fromEntries(paths) };
}

function renameClashes(document: OpenApi, taken: Readonly<Record<string, unknown>>, service: string): OpenApi {
  const renamed = new Map<string, string>();
  for (const [name, schema] of Object.entries(document.components?.schemas ?? {})) {
    if (name in taken && JSON.stringify(taken[name]) !== JSON.stringify(schema)) {
      renamed.set(name, `${service[0]?.toUpperCase()}${service.slice(1)}${name}`);
    }
  }
  if (renamed.size === 0) return document;
  const text = JSON.stringify(document).replace(
    /"#\/components\/schemas\/([^"]+)"/g,
    (_, name: string) => `"#/components/schemas/${renamed.get(name) ?? name}"`,
  );
  const copy = JSON.parse(text) as OpenApi;
  const own = Object.entries(copy.components?.schemas ?? {}).map(([name, schema]) => [
    renamed.get(name) ?? name,
    schema,
  ]);
  return { ...copy, components: { ...copy.components, schemas: Object.fromEntries(own) } };
}
