// Text: Markdown through Grafana's renderer; HTML as it stands (the server has sanitizing switched off), scripts too.
import { PanelPlugin, renderMarkdown, type PanelProps } from '@grafana/data';
import { useLayoutEffect, useRef, type ReactNode } from 'react';

interface Options {
  mode: 'markdown' | 'html' | 'code';
  content: string;
}

/** innerHTML does not run scripts; a copy of the element does. */
function runScripts(root: HTMLElement): void {
  for (const old of Array.from(root.querySelectorAll('script'))) {
    const copy = document.createElement('script');
    copy.textContent = old.textContent;
    old.replaceWith(copy);
  }
}

function TextPanel({ options, replaceVariables, height }: PanelProps<Options>): ReactNode {
  const ref = useRef<HTMLDivElement>(null);
  const text = replaceVariables(options.content ?? '');
  const html = options.mode === 'html' ? text : renderMarkdown(text);
  useLayoutEffect(() => {
    if (ref.current && ref.current.innerHTML !== html) {
      ref.current.innerHTML = html;
      runScripts(ref.current);
    }
  }, [html]);
  return <div ref={ref} className="markdown-html" data-testid="TextPanel-converted-content" style={{ height, overflow: 'auto' }} />;
}

export const plugin = new PanelPlugin<Options>(TextPanel) as unknown as PanelPlugin;
