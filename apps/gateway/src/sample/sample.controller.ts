import { Controller, Get, HttpCode, Post } from '@nestjs/common';
import { ApiOperation, ApiTags } from '@nestjs/swagger';
import { Refused } from '@orderloom/contracts';
import { SampleLoader, type SampleProgress } from './sample-loader.js';

/** The Northwind sample, for trying things out; there only where the program ships its files. */
@ApiTags('sample')
@Controller('api/sample')
export class SampleController {
  constructor(private readonly loader: SampleLoader) {}

  @Get()
  @ApiOperation({ summary: 'How far the sample is loaded' })
  state(): SampleProgress {
    return this.loader.state;
  }

  @Post()
  @HttpCode(202)
  @ApiOperation({ summary: 'Load the Northwind sample; loading it again changes nothing' })
  async load(): Promise<SampleProgress> {
    if (!(await this.loader.available())) throw new Refused('NOT_FOUND');
    return this.loader.start();
  }
}
