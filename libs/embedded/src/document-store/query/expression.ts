import { Aggregator } from 'mingo/aggregator';
import { Context, evalExpr, ProcessingMode } from 'mingo/core';
import * as accumulatorOperators from 'mingo/operators/accumulator';
import * as expressionOperators from 'mingo/operators/expression';
import * as pipelineOperators from 'mingo/operators/pipeline';
import * as projectionOperators from 'mingo/operators/projection';
import * as queryOperators from 'mingo/operators/query';
import * as windowOperators from 'mingo/operators/window';
import type { Options } from 'mingo/types';
import type { Doc } from '../bson/types.js';

const context = Context.init({
  accumulator: accumulatorOperators as never,
  expression: {
    ...expressionOperators,
    $__options: (_doc: unknown, _expression: unknown, options: Options) => options,
  } as never,
  pipeline: pipelineOperators as never,
  projection: projectionOperators as never,
  query: queryOperators as never,
  window: windowOperators as never,
});

/** mingo's options: all operators, no scripts, no shared global state. */
export function mingoOptions(variables: Doc = {}): Options {
  const options = {
    idKey: '_id',
    processingMode: ProcessingMode.CLONE_OFF,
    useStrictMode: true,
    scriptEnabled: false,
    failOnError: true,
    variables,
    context,
  } as Options;
  // mingo copies its whole table of operators for every value it computes, unless it is given the options in
  // its own prepared form; it hands that to operators only, so one asks for it.
  const prepared = evalExpr({}, { $__options: 1 }, options) as Options & { update(locals: { root: unknown }): Options };
  return prepared.update({ root: undefined });
}

/** Evaluates an aggregation expression on a document in plain form. */
export function evaluate(doc: unknown, expression: unknown, options: Options): unknown {
  return evalExpr(doc, expression, options);
}

/** Runs mingo's stages over documents in plain form, as lazily as the stages allow. */
export function runStages(source: Iterable<unknown>, stages: Doc[], options: Options): Iterator<unknown> {
  const lazy = new Aggregator(stages, options).stream(source as never, options);
  return {
    next: () => {
      const { done, value } = lazy.next();
      return done ? { done: true, value: undefined } : { done: false, value };
    },
  };
}
