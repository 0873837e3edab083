import { Controller, Post } from '@nestjs/common';
import { ApiResponse, ApiTags } from '@nestjs/swagger';
import { Needs } from '@orderloom/platform';
import { AsCommand, type CommandRequest, OrderCommand } from '../order-commands.js';
import { EraseOrder } from './erase-order.js';

@ApiTags('orders')
@Controller('api/orders')
export class EraseOrderController {
  constructor(private readonly eraser: EraseOrder) {}

  @Needs('personal:erase')
  @Post(':id/erase-personal-data')
  @OrderCommand('Make unreadable for good, everywhere, who ordered without a customer id and what was written about it')
  @ApiResponse({ status: 409, description: 'It is not over, or belongs to a customer, who is erased as a whole.' })
  erase(@AsCommand() request: CommandRequest): Promise<object> {
    return this.eraser.erase(request);
  }
}
