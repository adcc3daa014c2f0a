// The requests to make of an operation, from what its description says of its parameters.

const kWrongTexts = {
  integer: ["", "x", "1.5", "1e3", "0x10", "+5", " 5", "99999999999999999999"],
  time: ["", "yesterday", "-1", "1.2.3", "2025-13-01T00:00:00Z", "99999999999999999999"],
};

const isTime = (parameter) => parameter.schema.anyOf?.[0].format === "date-time";
const query = (pairs) => {
  const text = pairs.map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`).join("&");
  return text && `?${text}`;
};

function exampleOf(parameter) {
  return String(parameter.example ?? parameter.schema.examples[0]);
}

function goodTexts(parameter) {
  if (parameter.schema.enum) return parameter.schema.enum;
  if (parameter.schema.type === "integer") return [parameter.schema.minimum, parameter.schema.maximum, exampleOf(parameter)].map(String);
  if (isTime(parameter)) return ["2025-12-08T12:34:00Z", "2025-12-08T13:34:00+01:00", "1765197240", "1765197240.5"];
  return [exampleOf(parameter)];
}

function wrongTexts(parameter) {
  const { schema } = parameter;
  if (schema.type === "integer") return [...kWrongTexts.integer, String(schema.minimum - 1), String(schema.maximum + 1)];
  if (schema.enum) return ["", "nonsense", schema.enum[0].toUpperCase()];
  if (isTime(parameter)) return kWrongTexts.time;
  if (schema.pattern) return ["", "!", "\u00e9\u{1F40E}", "a".repeat(600) + "!"].filter((text) => !new RegExp(schema.pattern, "u").test(text));
  return [];
}

// The bodies to send: one that is right (undefined: there is none), and wrong ones with the field that is to be named.
export function bodiesOf({ operation }, schemas) {
  const content = operation.requestBody?.content["application/json"];
  if (!content) return { body: undefined, wrong: [] };
  const schema = schemas[content.schema.$ref.split("/").pop()];
  const wrong = [["", "body"], ["{", "body"], ["[]", "body"]];
  for (const [name, member] of Object.entries(schema.properties)) {
    for (const value of member.enum ? ["nonsense", 7] : [7]) wrong.push([JSON.stringify({ ...content.example, [name]: value }), name]);
  }
  for (const name of schema.required) wrong.push([JSON.stringify({ ...content.example, [name]: undefined }), name]);
  return { body: JSON.stringify({ ...content.example, kind: undefined }), wrong };
}

// known: {parameter's name: a text that the running world has}; those of the path must be there.
export function casesOf({ path, operation }, known) {
  const parameters = operation.parameters || [];
  const inPath = parameters.filter((one) => one.in === "path");
  const inQuery = parameters.filter((one) => one.in === "query");
  const fill = (texts) => inPath.reduce((filled, one) => filled.replace(`{${one.name}}`, encodeURIComponent(texts[one.name])), path);
  const here = fill(known);
  const required = inQuery.filter((one) => one.required).map((one) => [one.name, exampleOf(one)]);
  const others = (name) => required.filter(([other]) => other !== name);
  const good = [here + query(required)];
  const maybe = []; // good by themselves, but not always beside the rest: a cursor, a range's end
  const bad = [[`${here}${query([...required, ["no_such_parameter", "1"]])}`, "no_such_parameter"]];
  for (const parameter of inQuery) {
    const { name } = parameter;
    const isFree = /cursor|^(from|to|step)$/.test(name);
    for (const text of goodTexts(parameter)) (isFree ? maybe : good).push(here + query([...others(name), [name, text]]));
    for (const text of wrongTexts(parameter)) bad.push([here + query([...others(name), [name, text]]), name]);
    bad.push([here + query([...others(name), [name, exampleOf(parameter)], [name, exampleOf(parameter)]]), name]);
    if (parameter.required) bad.push([here + query(others(name)), name]);
  }
  for (const parameter of inPath) {
    for (const text of wrongTexts(parameter)) {
      if (text !== "") bad.push([fill({ ...known, [parameter.name]: text }) + query(required), parameter.name]);
    }
  }
  const missing = [];
  if (inQuery.some((one) => one.name === "world")) missing.push(here + query([...required, ["world", "nowhere"]]));
  const nobody = { player_id: "nobody \u{1F40E} / here", id: "0123456789abcdef0123456789abcdef", tick: "1000000000" };
  if (inPath.length > 0) missing.push(fill(nobody) + query(required));
  return { good, maybe, bad, missing };
}
