/** A binary heap: the least item first, equal ones in the order in which they came. */
export class Heap<T> {
  readonly #compare: (a: T, b: T) => number;
  #items: { item: T; order: number }[] = [];
  #pushed = 0;

  constructor(compare: (a: T, b: T) => number) {
    this.#compare = compare;
  }

  get size(): number {
    return this.#items.length;
  }

  push(item: T): void {
    const items = this.#items;
    let at = items.push({ item, order: this.#pushed++ }) - 1;
    while (at > 0) {
      const above = (at - 1) >> 1;
      if (!this.#isBefore(at, above)) break;
      this.#swap(at, above);
      at = above;
    }
  }

  peek(): T | undefined {
    return this.#items[0]?.item;
  }

  pop(): T | undefined {
    const items = this.#items;
    const first = items[0];
    const last = items.pop();
    if (!first || !last || items.length === 0) return first?.item;
    items[0] = last;
    for (let at = 0; ;) {
      let least = at;
      for (const below of [2 * at + 1, 2 * at + 2]) {
        if (below < items.length && this.#isBefore(below, least)) least = below;
      }
      if (least === at) return first.item;
      this.#swap(at, least);
      at = least;
    }
  }

  clear(): void {
    this.#items = [];
  }

  /** In no order. */
  items(): T[] {
    return this.#items.map(({ item }) => item);
  }

  #isBefore(a: number, b: number): boolean {
    const [one, other] = [this.#items[a], this.#items[b]];
    if (!one || !other) return false;
    const difference = this.#compare(one.item, other.item);
    return difference < 0 || (difference === 0 && one.order < other.order);
  }

  #swap(a: number, b: number): void {
    const items = this.#items;
    [items[a], items[b]] = [items[b] as (typeof items)[0], items[a] as (typeof items)[0]];
  }
}
