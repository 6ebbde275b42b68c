/** The report: one file that asks for nothing, runs nothing, shows every number, and takes hostile text as text. */
import { describe, expect, it } from 'vitest';
import { html } from '../../src/main/report/html.ts';
import { quickstartReport, type ReportSource } from '../../src/main/report/quickstart-report.ts';
import { systemSchemes } from '../../src/main/report/stylesheet.ts';
import type { MetricPoint } from '../../src/preload/contract/index.ts';
import { quickstartState } from '../fixtures/quickstart-state.ts';

const points: MetricPoint[] = Array.from({ length: 100 }, (_, i) => ({
  step: i + 1,
  seconds: i,
  evaluation: false,
  values: { loss: 1 / (i + 1), 'rewards/margins': i / 100, 'objective/scores': i / 50, diverged: null },
}));

const source = (change: Partial<ReportSource> = {}): ReportSource => ({
  state: quickstartState(),
  endedAt: '2026-01-02T03:04:05.000Z',
  machine: [['Processor', 'AT&T <i>6300</i>']],
  runs: ['sft', 'dpo', 'ppo'].map((method) => ({
    title: method,
    method,
    name: `${method}-01`,
    maxSteps: 100,
    config: { method, learning_rate: 5e-4, eval_prompts: 200, note: '"><script>alert(1)</script>' },
    points,
  })),
  ...change,
});

describe('the report', () => {
  it('refers to nothing outside itself, and holds no script', () => {
    const page = quickstartReport(source());
    const withoutNames = page
      .replaceAll('http://www.w3.org/2000/svg', '')
      .replaceAll('http://www.w3.org/1999/xlink', '');
    expect(withoutNames).not.toMatch(/https?:|url\((?!#)|<script|<link|<img|<iframe|@import|\son\w+=/i);
    expect(page).toContain('http-equiv="Content-Security-Policy" content="default-src &#39;none&#39;;');
  });

  it('shows every model with its numbers, every comparison and its verdict, and the caution', () => {
    const page = quickstartReport(source());
    for (const { title } of quickstartState().models) expect(page).toContain(`${title}</th>`);
    expect(page).toContain('<strong>2.37</strong>');
    expect(page.match(/<div class="bar" role="img"/g)).toHaveLength(7);
    expect(page).toContain('−0.32 (−0.41 to −0.23)</td><td>loses</td>');
    expect(page).toContain('A reward model cannot know more than the pairs it was trained on.');
    expect(page).toContain('prefers-color-scheme: dark');
  });

  it('draws the shared charts and those of each run that has them, with axis names', () => {
    const page = quickstartReport(source());
    // gold by step and by KL; loss of sft; loss and margins of dpo; scores of ppo
    expect(page.match(/<svg /g)).toHaveLength(2 + 1 + 2 + 1);
    expect(page).toContain('KL to the reference, nats an answer');
    expect(page).toContain('var(--pl-m-online)');
    expect(page).not.toMatch(/NaN|undefined/);
  });

  it('takes text from models, configs and machines as text', () => {
    const page = quickstartReport(source());
    expect(page).toContain('dpo-01 &lt;b&gt;says&lt;/b&gt; noon');
    expect(page).toContain('AT&amp;T &lt;i&gt;6300&lt;/i&gt;');
    expect(page).toContain('&quot;&gt;&lt;script&gt;');
  });

  it('is drawn the same twice, and without a single point', () => {
    expect(quickstartReport(source())).toBe(quickstartReport(source()));
    const state = { ...quickstartState(), samples: [], comparisons: [] };
    expect(quickstartReport(source({ state, runs: [] }))).toContain('</html>');
  });
});

describe('parts', () => {
  it('html escapes what is put in, once', () => {
    const inner = html`<b>${'a & b'}</b>`;
    expect(html`<p title="${'"'}">${[inner, ' < ', 3, null]}</p>`.html).toBe(
      '<p title="&quot;"><b>a &amp; b</b> &lt; 3</p>',
    );
  });

  it('the dark scheme follows the system; tokens without one are refused', () => {
    const css = ':root { --a: 1; }\n[data-mantine-color-scheme="dark"],\n[data-theme="dark"] {\n  --a: 2;\n}\n';
    expect(systemSchemes(css)).toMatch(
      /:root \{ --a: 1; \}\s+@media screen and \(prefers-color-scheme: dark\) \{\s+:root \{\s+--a: 2;/,
    );
    expect(() => systemSchemes(':root {}')).toThrow('no rule for the dark scheme');
  });
});
