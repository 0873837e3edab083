import type { KafkaClient } from '@orderloom/messaging';
import { Cursor } from './cursor.js';
import type { EventLog } from './feed.js';

/** The public topics as the live feed reads them. */
export const topicLog = (kafka: KafkaClient, topics: readonly string[]): EventLog => ({
  read(from, onBatch, passing) {
    const reader = kafka.reader(topics, from?.places(), onBatch, passing);
    return {
      started: reader.started.then((places) => {
        const cursor = new Cursor();
        for (const { topic, partition, offset } of places) cursor.startAt(topic, partition, offset);
        return cursor;
      }),
      stop: () => reader.stop(),
    };
  },
});
