import { Answer } from '../answers';

/** Markup that is safe to send: what was put in is escaped. */
export class Html {
  /** @internal */
  constructor(readonly markup: string) {}
}

/** Plain text as markup. */
export function text(plain: string): Html {
  return new Html(
    plain
      .replace(/&/g, '&amp;')
      .replace(/</g, '&lt;')
      .replace(/>/g, '&gt;')
      .replace(/"/g, '&quot;'),
  );
}

/** A template whose values are escaped, unless they are markup themselves. */
export function html(
  parts: TemplateStringsArray,
  ...values: ReadonlyArray<string | Html | readonly Html[]>
): Html {
  const markup = (value: string | Html | readonly Html[]): string =>
    typeof value === 'string'
      ? text(value).markup
      : [value]
          .flat()
          .map(item => item.markup)
          .join('');
  return new Html(
    parts.reduce((whole, part, at) => whole + markup(values[at - 1]) + part),
  );
}

const STYLE = `
  body { margin: 0; font: 16px/1.5 system-ui, sans-serif; color: #1b1b1b; background: #f2f2f2; }
  main { max-width: 27rem; margin: 8vh auto; padding: 2.5rem; background: #fff; box-shadow: 0 2px 6px rgb(0 0 0 / 20%); }
  h1 { margin: .25rem 0 .5rem; font-size: 1.5rem; font-weight: 600; }
  p { margin: .25rem 0; overflow-wrap: anywhere; }
  p[role=alert] { color: #a4262c; }
  ul { margin: 1rem 0; padding-left: 1.25rem; }
  form ul { padding: 0; list-style: none; }
  form ul button { width: 100%; margin: 0 0 .5rem; text-align: left; }
  form ul button > * { display: block; }
  label { display: block; margin-top: 1rem; }
  input { box-sizing: border-box; width: 100%; padding: .5rem; font: inherit; border: 1px solid #666; }
  button { margin: .75rem .5rem 0 0; padding: .5rem 1rem; font: inherit; color: inherit; background: #fff; border: 1px solid #666; cursor: pointer; }
  button[value=accept] { color: #fff; background: #0067b8; border-color: #0067b8; }
  :focus-visible { outline: 2px solid #0067b8; outline-offset: 2px; }
`;

/** A whole page, without scripts. */
export function page(status: number, title: string, main: Html): Answer {
  return {
    status,
    headers: {
      'content-type': 'text/html; charset=utf-8',
      'content-security-policy':
        "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
      'referrer-policy': 'no-referrer',
      'cache-control': 'no-store',
    },
    body: Buffer.from(
      `<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${
        text(title).markup
      }</title><style>${STYLE}</style></head><body><main>${
        main.markup
      }</main></body></html>\n`,
    ),
  };
}
