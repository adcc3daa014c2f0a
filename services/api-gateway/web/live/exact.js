// Numbers with all their digits. A number is a JavaScript number where that is exact, else its decimal text:
// 9007199254740993 comes as "9007199254740993". null or undefined: not known.

const kExactDigits = 15;
const kTokens = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/gs;
const kPlain = /^-?\d+(?:\.\d+)?$/;
const kMillion = 1000000n;

// The value of a JSON text; SyntaxError when it is none.
export function parse(text) {
  const mayLose = /[\d.]{16}/.test(text);
  return JSON.parse(mayLose ? text.replace(kTokens, (token) => (isExact(token) ? token : `"${token}"`)) : text);
}

function isExact(token) {
  return token[0] === '"' || token.replace(/^-?[0.]*|\./g, "").length <= kExactDigits || String(Number(token)) === token;
}

export const isKnown = (value) => typeof value === "number" || (typeof value === "string" && kPlain.test(value));

// For lengths of bars and places in charts.
export const approximate = (value) => (isKnown(value) ? Number(value) : null);

// As plain decimal text: "-12.5"; of what is not known null.
export function decimal(value) {
  if (!isKnown(value)) return null;
  const text = String(value);
  return kPlain.test(text) ? text : BigInt(Math.round(value)).toString();
}

function millionths(value) {
  const text = decimal(value);
  const [whole, fraction = ""] = text.replace("-", "").split(".");
  const size = BigInt(whole) * kMillion + BigInt(fraction.padEnd(6, "0").slice(0, 6));
  return text.startsWith("-") ? -size : size;
}

function fromMillionths(amount) {
  const size = amount < 0n ? -amount : amount;
  const fraction = (size % kMillion).toString().padStart(6, "0").replace(/0+$/, "");
  const text = `${amount < 0n ? "-" : ""}${size / kMillion}${fraction ? `.${fraction}` : ""}`;
  return isExact(text) ? Number(text) : text;
}

// The sum of what is known of them; null when nothing is.
export function sum(values) {
  const known = values.filter(isKnown);
  return known.length ? fromMillionths(known.reduce((total, value) => total + millionths(value), 0n)) : null;
}

// null when either is not known.
export const difference = (a, b) => (isKnown(a) && isKnown(b) ? fromMillionths(millionths(a) - millionths(b)) : null);

// For sorting, the greatest first; what is not known last.
export function descending(a, b) {
  if (!isKnown(a) || !isKnown(b)) return isKnown(b) - isKnown(a);
  const less = millionths(b) - millionths(a);
  return less > 0n ? 1 : less < 0n ? -1 : 0;
}
