import { Module } from '@nestjs/common';
import { defineService, defineSettings } from '@orderloom/platform';
import { EventPlumbingModule } from '@orderloom/service';
import { FactRecorder } from './facts/fact-recorder.js';
import { ProductNames } from './facts/product-names.js';
import { SummaryController } from './summary/summary.controller.js';
import { SummaryService } from './summary/summary.service.js';

@Module({ controllers: [SummaryController], providers: [FactRecorder, ProductNames, SummaryService] })
class AnalyticsModule {}

/** Figures folded from every order event. */
export const analyticsService = defineService({
  name: 'analytics',
  settings: defineSettings('analytics', {}),
  api: { title: 'Analytics', description: 'Figures per day, country, category and product; time per step.' },
  module: (settings) => ({
    module: AnalyticsModule,
    imports: [EventPlumbingModule.of({ service: 'analytics', settings, reads: ['order', 'inventory'] })],
  }),
});
