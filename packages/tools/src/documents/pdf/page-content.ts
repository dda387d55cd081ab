/** Points from the left and from the bottom of a page. */
export interface Box {
  left: number;
  right: number;
  bottom: number;
  top: number;
}

/** A piece of text in one font, on one line. */
export interface Piece {
  text: string;
  left: number;
  right: number;
  /** The line it stands on. */
  base: number;
  size: number;
  bold: boolean;
  italic: boolean;
}

/** A line that is drawn: a rule of a table, or a side of a box. */
export interface Rule {
  isVertical: boolean;
  /** Its x when it is vertical, its y otherwise. */
  at: number;
  from: number;
  to: number;
}

export interface PageContent {
  pieces: Piece[];
  rules: Rule[];
}
