// Compares answers with the description that the gateway serves.

import Ajv2020 from "ajv/dist/2020.js";
import addFormats from "ajv-formats";

// What HTTP itself says of an answer, and what the server adds for whoever asks from another origin.
const kOfEveryAnswer = new Set([
  "date", "server", "content-length", "content-type", "content-encoding", "connection", "keep-alive", "transfer-encoding",
]);

const mediaType = (contentType) => (contentType || "").split(";")[0].trim();
const escaped = (text) => encodeURIComponent(text.replaceAll("~", "~0").replaceAll("/", "~1"));

export class Description {
  constructor(openapi) {
    this.openapi = openapi;
    this.ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: true });
    addFormats(this.ajv);
    this.ajv.addSchema(openapi, "openapi");
    this.validators = new Map();
  }

  // [{path, method, operation}] of all operations.
  operations() {
    return Object.entries(this.openapi.paths).flatMap(([path, item]) =>
      Object.entries(item).map(([method, operation]) => ({ path, method, operation })));
  }

  validate(pointer, value) {
    if (!this.validators.has(pointer)) this.validators.set(pointer, this.ajv.compile({ $ref: `openapi#${pointer}` }));
    const validator = this.validators.get(pointer);
    if (validator(value)) return [];
    return validator.errors.map((error) => `${error.instancePath || "/"} ${error.message} ${JSON.stringify(error.params)}`);
  }

  // What of an answer {status, headers, text} is not as described; `isHead`: it has no body.
  offences({ path, method, operation }, answer, isHead = false) {
    const described = operation.responses[answer.status];
    if (!described) return [`status ${answer.status} is not described: ${answer.text.slice(0, 200)}`];
    const at = `/paths/${escaped(path)}/${method}/responses/${answer.status}`;
    return [
      ...this.headerOffences(described.headers || {}, answer.headers),
      ...this.bodyOffences(described, at, answer, isHead || answer.status === 304),
    ];
  }

  headerOffences(described, headers) {
    const found = [];
    const known = new Set();
    for (const [name, reference] of Object.entries(described)) {
      const header = reference.$ref ? this.openapi.components.headers[reference.$ref.split("/").pop()] : reference;
      known.add(name.toLowerCase());
      const value = headers.get(name);
      if (value === null) {
        if (header.required) found.push(`header ${name} is missing`);
        continue;
      }
      const typed = header.schema.type === "integer" ? Number(value) : value;
      for (const error of this.validate(`/components/headers/${escaped(name)}/schema`, typed)) {
        found.push(`header ${name}: '${value}' ${error}`);
      }
    }
    for (const name of headers.keys()) {
      if (!known.has(name) && !kOfEveryAnswer.has(name)) found.push(`header ${name} is not described`);
    }
    return found;
  }

  bodyOffences(described, at, answer, isBodiless) {
    if (isBodiless) return answer.text === "" ? [] : ["has a body"];
    const type = mediaType(answer.headers.get("content-type"));
    if (!described.content?.[type]) return [`content type ${type} is not described`];
    if (!type.endsWith("json")) return type === "text/html" && answer.text === "" ? ["has no body"] : [];
    let body;
    try {
      body = JSON.parse(answer.text);
    } catch {
      return [`is no JSON: ${answer.text.slice(0, 100)}`];
    }
    const errors = this.validate(`${at}/content/${escaped(type)}/schema`, body).map((error) => `body: ${error}`);
    if (type === "application/problem+json") {
      if (body.status !== answer.status) errors.push(`body: says status ${body.status}`);
      if (body.request_id !== answer.headers.get("x-request-id")) errors.push("body: has another request's id");
    }
    return errors;
  }

  // An answer that no operation gives: to OPTIONS, to a path or a method that is not there.
  problemOffences(answer, status) {
    if (answer.status !== status) return [`status ${answer.status}, not ${status}`];
    if (mediaType(answer.headers.get("content-type")) !== "application/problem+json") return ["is no problem"];
    return this.validate("/components/schemas/Problem", JSON.parse(answer.text));
  }
}
