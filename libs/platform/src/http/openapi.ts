import type { INestApplication } from '@nestjs/common';
import { DocumentBuilder, SwaggerModule } from '@nestjs/swagger';

/** The OpenAPI document of an app. Made when first asked for: it takes time that starting has not. */
export function openApiOf(
  app: INestApplication,
  definition: { name: string; api?: { title: string; description: string } },
): object {
  const config = new DocumentBuilder()
    .setTitle(definition.api?.title ?? `Orderloom ${definition.name}`)
    .setDescription(definition.api?.description ?? '')
    .setVersion('1')
    .addBearerAuth()
    .addSecurityRequirements('bearer')
    .build();
  return SwaggerModule.createDocument(app, config);
}
