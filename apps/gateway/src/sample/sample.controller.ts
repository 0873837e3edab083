import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import {
  ApiAcceptedResponse,
  ApiOkResponse,
  ApiOperation,
  ApiProperty,
  ApiPropertyOptional,
  ApiTags,
} from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { Needs } from '@orderloom/platform';
import { SampleLoader, type SampleProgress } from './sample-loader.js';

class SampleStepView {
  @ApiProperty() kind!: string;
  @ApiProperty() status!: string;
  @ApiProperty() rows!: number;
  @ApiProperty() accepted!: number;
  @ApiProperty() rejected!: number;
  @ApiPropertyOptional() rowsPerSecond?: number;
  @ApiPropertyOptional() etaSeconds?: number;
}

class SampleView {
  @ApiProperty({ enum: ['none', 'running', 'completed', 'failed'] }) status!: string;
  @ApiProperty({ type: [SampleStepView] }) steps!: SampleStepView[];
  @ApiPropertyOptional({ description: 'Why it failed.' }) error?: string;
}

/** The Northwind sample, for trying things out; there only where the program ships its files. */
@ApiTags('sample')
@Needs('imports:read')
@Controller('api/sample')
export class SampleController {
  constructor(private readonly loader: SampleLoader) {}

  @Get()
  @ApiOperation({ summary: 'How far the sample is loaded' })
  @ApiOkResponse({ type: SampleView })
  state(): SampleProgress {
    return this.loader.state;
  }

  @Needs('imports:run')
  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Load the Northwind sample; loading it again changes nothing' })
  @ApiAcceptedResponse({ type: SampleView })
  async load(): Promise<SampleProgress> {
    if (!(await this.loader.available())) throw new Refused('NOT_FOUND');
    return this.loader.start();
  }
}
