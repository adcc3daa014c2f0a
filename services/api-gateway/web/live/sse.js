// Server-Sent Events as text (WHATWG HTML, 9.2.6).

export const kMostPending = 64 * 1024 * 1024; // characters of one event; more is an error

export class EventParser {
  // onEvent({type, data, id}); id is the last one that was sent, also by an earlier event. onRetry(milliseconds).
  constructor(onEvent, onRetry = () => {}) {
    this.onEvent = onEvent;
    this.onRetry = onRetry;
    this.rest = "";
    this.size = 0; // of the event's data
    this.id = "";
    this.first = true;
    this.clear();
  }

  clear() {
    this.type = "";
    this.data = [];
    this.size = 0;
  }

  // A piece of the stream, cut anywhere.
  push(text) {
    let whole = this.rest + text;
    if (this.first && whole) {
      whole = whole.replace(/^\ufeff/, "");
      this.first = false;
    }
    const ends = /\r\n|\n|\r(?!$)/g; // a return at the very end may be half of a line end
    let begin = 0;
    for (let end = ends.exec(whole); end; end = ends.exec(whole)) {
      this.line(whole.slice(begin, end.index));
      begin = ends.lastIndex;
    }
    this.rest = whole.slice(begin);
    if (this.rest.length + this.size > kMostPending) throw new RangeError("an event is too long");
  }

  line(line) {
    if (line === "") {
      if (this.data.length) this.onEvent({ type: this.type || "message", data: this.data.join("\n"), id: this.id });
      this.clear();
      return;
    }
    const colon = line.indexOf(":");
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? "" : line.slice(colon + 1).replace(/^ /, "");
    if (field === "data") {
      this.data.push(value);
      this.size += value.length;
    } else if (field === "event") {
      this.type = value;
    } else if (field === "id" && !value.includes("\0")) {
      this.id = value;
    } else if (field === "retry" && /^\d+$/.test(value)) {
      this.onRetry(Number(value));
    }
  }
}
