const document = `
openapi: 3.0.3
info: { title: Pet shop, version: 1.0.0 }
servers: [{ url: "URL/v1/" }]
security: [{ key: [] }]
paths:
  /pets:
    get:
      operationId: listPets
      summary: The pets that are there
      parameters:
        - { name: limit, in: query, schema: { type: integer, minimum: 1, maximum: 100, nullable: true } }
        - { name: tags, in: query, schema: { type: array, items: { type: string } } }
        - { name: colours, in: query, explode: false, schema: { type: array, items: { type: string } } }
        - { name: where, in: query, style: deepObject, schema: { type: object, additionalProperties: { type: string } } }
        - { name: X-Trace, in: header, schema: { type: string } }
      responses: { "200": { description: Pets } }
    post:
      operationId: addPet
      requestBody: { $ref: "#/components/requestBodies/Pet" }
      responses: { "201": { description: Added } }
  /pets/{petId}:
    parameters: [{ $ref: "#/components/parameters/petId" }]
    get: { operationId: getPet, responses: { "200": { description: A pet } } }
    put:
      operationId: replacePet
      requestBody: { $ref: "#/components/requestBodies/Pet" }
      responses: { "200": { description: Replaced } }
    delete: { operationId: removePet, responses: { "204": { description: Removed } } }
  /pets/{petId}/photo:
    parameters: [{ $ref: "#/components/parameters/petId" }]
    post:
      operationId: addPhoto
      requestBody:
        required: true
        content: { multipart/form-data: { schema: { type: object } } }
      responses: { "201": { description: Added } }
  /search:
    post:
      summary: Search without an id
      security: []
      requestBody:
        required: true
        content:
          application/x-www-form-urlencoded:
            schema: { type: object, required: [q], properties: { q: { type: string } } }
      responses: { "200": { description: Found } }
components:
  securitySchemes:
    key: { type: apiKey, in: header, name: X-Shop-Key }
  parameters:
    petId: { name: petId, in: path, required: true, description: The pet, schema: { type: string } }
  requestBodies:
    Pet:
      required: true
      content: { application/json: { schema: { $ref: "#/components/schemas/Pet" } } }
  schemas:
    Pet:
      type: object
      required: [id, name]
      additionalProperties: false
      properties:
        id: { type: integer, readOnly: true }
        name: { type: string, example: Rex }
        weight: { type: number, minimum: 0, exclusiveMinimum: true }
        owner: { $ref: "#/components/schemas/Owner" }
        children: { type: array, items: { $ref: "#/components/schemas/Pet" } }
    Owner: { type: object, properties: { email: { type: string, nullable: true } } }
`;

/** A shop's API as many are described: shared parameters, references, a schema that refers to itself. */
export const petShop = (url: string) => document.replace("URL", url);
