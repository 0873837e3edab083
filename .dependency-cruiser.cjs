/** Imports go one way: apps → libs → contracts. Each rule says why it exists. */
const libs = (names) => `^libs/(${names})/`;
module.exports = {
  forbidden: [
    {
      name: 'no-cycles',
      comment: 'A cycle has no bottom to start reading from, and ESM loads it in an order nobody chose.',
      severity: 'error',
      from: {},
      to: { circular: true, dependencyTypesNot: ['type-only'] },
    },
    {
      name: 'libs-know-no-apps',
      comment: 'A library that knows an app can serve no other.',
      severity: 'error',
      from: { path: '^libs/' },
      to: { path: '^apps/' },
    },
    {
      name: 'apps-know-no-other-app',
      comment: 'Services learn of each other through Kafka only; standalone is the one that starts them all.',
      severity: 'error',
      from: { path: '^apps/([^/]+)/', pathNot: '^apps/standalone/' },
      to: { path: '^apps/', pathNot: '^apps/$1/' },
    },
    {
      name: 'services-know-no-engine',
      comment: 'There is no "if embedded" in a service: engines are reached by connection string.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['^apps/standalone/', libs('embedded|testing'), '\\.spec\\.ts$'] },
      to: { path: libs('embedded') },
    },
    {
      name: 'contracts-are-plain',
      comment: 'Downstream teams install contracts: no framework, no Node, no other library of ours.',
      severity: 'error',
      from: { path: `${libs('contracts')}src/`, pathNot: ['/src/(generate|tooling)/', '\\.spec\\.ts$'] },
      to: { path: ['^libs/(?!contracts/)', '^node_modules/(@nestjs|mongoose|mongodb|kafkajs|@eventstore)/'] },
    },
    {
      name: 'engines-know-nothing-of-ours',
      comment: 'The embedded engines are servers that any client can use.',
      severity: 'error',
      from: { path: libs('embedded'), pathNot: '\\.spec\\.ts$' },
      to: { path: ['^apps/', '^libs/(?!embedded/)'] },
    },
    {
      name: 'only-messaging-imports-kafkajs',
      comment: 'kafkajs is no longer developed; behind one library it can be replaced.',
      severity: 'error',
      from: {
        path: '^(apps|libs)/',
        pathNot: [libs('messaging'), '^libs/embedded/src/broker/.*\\.spec\\.ts$', '/contract/', '/bench/', '/faults/'],
      },
      to: { path: '^node_modules/kafkajs/' },
    },
    {
      name: 'only-event-sourcing-imports-the-event-store-client',
      comment: 'One place knows how the client fails.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: [libs('event-sourcing|embedded'), '/bench/'] },
      to: { path: '^node_modules/@eventstore/' },
    },
    {
      name: 'aggregates-are-pure',
      comment: 'Deciders hold no framework, clock, randomness or I/O.',
      severity: 'error',
      from: { path: '^apps/[^/]+/src/.*(decide|evolve|aggregate|money)[^/]*\\.ts$', pathNot: '\\.spec\\.ts$' },
      to: {
        path: ['^node_modules/(@nestjs|mongoose|mongodb|fastify|pino)/', 'node:'],
        dependencyTypesNot: ['type-only'],
      },
    },
    {
      name: 'production-code-imports-no-tests',
      comment: 'Test helpers stay out of what is shipped.',
      severity: 'error',
      from: { path: '^(apps|libs)/', pathNot: ['\\.spec\\.ts$', '/(e2e|faults|contract)/', libs('testing')] },
      to: { path: ['\\.spec\\.ts$', libs('testing')] },
    },
    {
      name: 'everything-resolves',
      comment: 'An import that resolves to nothing fails only when that line runs.',
      severity: 'error',
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    doNotFollow: { path: 'node_modules' },
    exclude: { path: '/dist/' },
    parser: 'swc',
    enhancedResolveOptions: {
      exportsFields: ['exports'],
      conditionNames: ['@orderloom/source', 'import', 'node', 'default'],
      extensions: ['.ts', '.js', '.mjs', '.cjs', '.json'],
    },
  },
};
