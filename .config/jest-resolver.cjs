// Source files import their neighbours by the name the built file will have (`./x.js`), as Node's ESM
// requires; tests run from the sources, so here `./x.js` finds `./x.ts`, and a package of this
// repository is resolved by the condition that names its sources.
const { existsSync } = require('node:fs');
const { resolve } = require('node:path');

module.exports = (request, options) => {
  if (/^\.{1,2}\/.*\.js$/.test(request) && !options.basedir.includes('node_modules')) {
    const source = resolve(options.basedir, request.replace(/\.js$/, '.ts'));
    if (existsSync(source)) return source;
  }
  if (!request.startsWith('@orderloom/')) return options.defaultResolver(request, options);
  return options.defaultResolver(request, {
    ...options,
    conditions: [...(options.conditions ?? []), '@orderloom/source'],
  });
};
