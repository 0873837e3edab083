import * as cluster from './messages/cluster.js';
import * as groups from './messages/groups.js';
import * as log from './messages/log.js';
import * as offsets from './messages/offsets.js';
import * as topics from './messages/topics.js';
import type { Codec, Draft, Type, Value } from './schema.js';

/** One request kind: its number, the versions served, and the two message schemas. */
export interface Api<Q extends Type<unknown, never>, A extends Type<unknown, never>> {
  readonly key: number;
  readonly name: string;
  readonly min: number;
  readonly max: number;
  /** The first version in the "flexible" encoding (KIP-482). */
  readonly flexible: number;
  readonly request: Q;
  readonly response: A;
}

const api = <Q extends Type<unknown, never>, A extends Type<unknown, never>>(
  key: number,
  name: string,
  [min, max, flexible]: readonly [min: number, max: number, flexible: number],
  request: Q,
  response: A,
): Api<Q, A> => ({ key, name, min, max, flexible, request, response });

const NONE = 1000;

/** Every request that is served. ApiVersions announces exactly this table, and the README repeats it. */
export const apis = {
  produce: api(0, 'Produce', [0, 9, 9], log.produceRequest, log.produceResponse),
  fetch: api(1, 'Fetch', [4, 12, 12], log.fetchRequest, log.fetchResponse),
  listOffsets: api(2, 'ListOffsets', [1, 8, 6], log.listOffsetsRequest, log.listOffsetsResponse),
  metadata: api(3, 'Metadata', [0, 12, 9], cluster.metadataRequest, cluster.metadataResponse),
  offsetCommit: api(8, 'OffsetCommit', [2, 9, 8], offsets.offsetCommitRequest, offsets.offsetCommitResponse),
  offsetFetch: api(9, 'OffsetFetch', [1, 9, 6], offsets.offsetFetchRequest, offsets.offsetFetchResponse),
  findCoordinator: api(
    10,
    'FindCoordinator',
    [0, 4, 3],
    cluster.findCoordinatorRequest,
    cluster.findCoordinatorResponse,
  ),
  joinGroup: api(11, 'JoinGroup', [0, 9, 6], groups.joinGroupRequest, groups.joinGroupResponse),
  heartbeat: api(12, 'Heartbeat', [0, 4, 4], groups.heartbeatRequest, groups.heartbeatResponse),
  leaveGroup: api(13, 'LeaveGroup', [0, 5, 4], groups.leaveGroupRequest, groups.leaveGroupResponse),
  syncGroup: api(14, 'SyncGroup', [0, 5, 4], groups.syncGroupRequest, groups.syncGroupResponse),
  describeGroups: api(15, 'DescribeGroups', [0, 5, 5], groups.describeGroupsRequest, groups.describeGroupsResponse),
  listGroups: api(16, 'ListGroups', [0, 4, 3], groups.listGroupsRequest, groups.listGroupsResponse),
  apiVersions: api(18, 'ApiVersions', [0, 3, 3], cluster.apiVersionsRequest, cluster.apiVersionsResponse),
  createTopics: api(19, 'CreateTopics', [0, 7, 5], topics.createTopicsRequest, topics.createTopicsResponse),
  deleteTopics: api(20, 'DeleteTopics', [0, 6, 4], topics.deleteTopicsRequest, topics.deleteTopicsResponse),
  deleteRecords: api(21, 'DeleteRecords', [0, 2, 2], log.deleteRecordsRequest, log.deleteRecordsResponse),
  initProducerId: api(22, 'InitProducerId', [0, 4, 2], log.initProducerIdRequest, log.initProducerIdResponse),
  offsetForLeaderEpoch: api(
    23,
    'OffsetForLeaderEpoch',
    [0, 4, 4],
    log.offsetForLeaderEpochRequest,
    log.offsetForLeaderEpochResponse,
  ),
  describeConfigs: api(32, 'DescribeConfigs', [0, 4, 4], topics.describeConfigsRequest, topics.describeConfigsResponse),
  alterConfigs: api(33, 'AlterConfigs', [0, 2, 2], topics.alterConfigsRequest, topics.alterConfigsResponse),
  describeLogDirs: api(
    35,
    'DescribeLogDirs',
    [0, 4, 2],
    cluster.describeLogDirsRequest,
    cluster.describeLogDirsResponse,
  ),
  createPartitions: api(
    37,
    'CreatePartitions',
    [0, 3, 2],
    topics.createPartitionsRequest,
    topics.createPartitionsResponse,
  ),
  deleteGroups: api(42, 'DeleteGroups', [0, 2, 2], groups.deleteGroupsRequest, groups.deleteGroupsResponse),
  incrementalAlterConfigs: api(
    44,
    'IncrementalAlterConfigs',
    [0, 1, 1],
    topics.incrementalAlterConfigsRequest,
    topics.incrementalAlterConfigsResponse,
  ),
  offsetDelete: api(47, 'OffsetDelete', [0, 0, NONE], offsets.offsetDeleteRequest, offsets.offsetDeleteResponse),
  describeCluster: api(
    60,
    'DescribeCluster',
    [0, 1, 0],
    cluster.describeClusterRequest,
    cluster.describeClusterResponse,
  ),
};

export type ApiName = keyof typeof apis;
export type Request<N extends ApiName> = Value<(typeof apis)[N]['request']>;
export type Response<N extends ApiName> = Draft<(typeof apis)[N]['response']>;

/** A served API with its codecs, compiled once per version. */
export interface CompiledApi {
  readonly name: ApiName;
  readonly key: number;
  readonly min: number;
  readonly max: number;
  readonly flexible: number;
  request(version: number): Codec<unknown>;
  response(version: number): Codec<unknown>;
}

function memo<T>(make: (version: number) => T): (version: number) => T {
  const made: T[] = [];
  return (version) => {
    made[version] ??= make(version);
    return made[version];
  };
}

export const apiByKey: ReadonlyMap<number, CompiledApi> = new Map(
  (Object.keys(apis) as ApiName[]).map((name) => {
    const { key, min, max, flexible, request, response } = apis[name];
    const compile = (type: unknown) => memo((version) => (type as Type<unknown>).codec(version, version >= flexible));
    return [key, { name, key, min, max, flexible, request: compile(request), response: compile(response) }];
  }),
);
