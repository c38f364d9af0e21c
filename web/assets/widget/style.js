// The look, in a sheet that the shadow root adopts: no style attribute, no style element, nothing that
// a strict policy would refuse. Sites change it by --fn-… variables and ::part(); the sheet's own
// variables begin with --_, so that a site's names never meet them.

const css = `
:host {
  --_accent: var(--fn-accent, #b93a17); --_paper: var(--fn-paper, #fbfaf6); --_raised: var(--fn-raised, #fff);
  --_ink: var(--fn-ink, #1d1b17); --_soft: var(--fn-soft, #57524a); --_rule: var(--fn-rule, #e5e0d4);
  --_mark: var(--fn-mark, #ffe9a8); --_on-accent: var(--fn-on-accent, #fff); --_radius: var(--fn-radius, 14px);
  --_sans: var(--fn-font, system-ui, "Noto Sans", sans-serif); --_serif: var(--fn-font-answer, Georgia, "Noto Serif", serif);
  --_s1: #b93a17; --_s2: #2b6a88; --_s3: #8a6210; --_s4: #4c713d; --_s5: #755789; --_s6: #34736c;
  all: initial; display: block; direction: inherit; color-scheme: light; font: 15px/1.5 var(--_sans); color: var(--_ink);
}
@media (prefers-color-scheme: dark) { :host(:not([theme="light"])) { ${dark()} } }
:host([theme="dark"]) { ${dark()} }
:host([hidden]) { display: none; }
* { box-sizing: border-box; } [hidden] { display: none !important; }
button { font: inherit; color: inherit; cursor: pointer; }
svg { fill: none; stroke: currentColor; stroke-width: 1.8; stroke-linecap: round; stroke-linejoin: round; display: block; }
:focus-visible { outline: 2px solid var(--_accent); outline-offset: 2px; border-radius: 6px; }
.launcher { position: fixed; inset-block-end: var(--fn-offset-block, 22px); inset-inline-end: var(--fn-offset-inline, 22px); z-index: var(--fn-z, 2147483000);
  display: flex; align-items: center; gap: 9px; border: 0; border-radius: 99px; padding: 12px 19px; background: var(--_accent); color: var(--_on-accent);
  font-weight: 600; box-shadow: 0 8px 28px rgb(0 0 0 / .22); }
.panel { display: flex; flex-direction: column; background: var(--_paper); color: var(--_ink); border: 1px solid var(--_rule); border-radius: var(--_radius); overflow: hidden; }
:host([mode="inline"]) .panel { height: var(--fn-height, 540px); }
:host(:not([mode="inline"])) .panel { position: fixed; z-index: var(--fn-z, 2147483000); inset-block-end: var(--fn-offset-block, 22px); inset-inline-end: var(--fn-offset-inline, 22px);
  width: var(--fn-width, 400px); height: min(var(--fn-height, 620px), calc(100vh - 44px)); box-shadow: 0 18px 60px rgb(0 0 0 / .26); }
header { display: flex; align-items: center; gap: 8px; padding: 11px 12px; padding-inline-start: 18px; border-block-end: 1px solid var(--_rule); }
header b { font: 600 16px/1.3 var(--_serif); margin-inline-end: auto; }
header b sup { font: 600 .6em/0 var(--_sans); color: var(--_accent); }
.quiet { background: none; border: 0; padding: 6px; border-radius: 8px; color: var(--_soft); display: inline-flex; align-items: center; gap: 6px; }
.quiet:hover { color: var(--_ink); background: color-mix(in srgb, var(--_ink) 7%, transparent); }
.quiet[aria-pressed="true"] { color: var(--_accent); }
.log { flex: 1; overflow-y: auto; padding: 18px; overscroll-behavior: contain; scrollbar-width: thin; }
.empty { color: var(--_soft); margin: 0 0 16px; }
.label { font: 600 11px/1.4 var(--_sans); letter-spacing: .06em; text-transform: uppercase; color: var(--_soft); margin: 0 0 4px; }
.proposal { display: block; width: 100%; text-align: start; background: none; border: 0; border-block-start: 1px solid var(--_rule); padding: 10px 0; font: 15.5px/1.4 var(--_serif); color: var(--_ink); }
.proposal:hover { color: var(--_accent); }
.turn + .turn { border-block-start: 1px solid var(--_rule); margin-block-start: 20px; padding-block-start: 18px; }
.asked { font: 600 17px/1.35 var(--_serif); margin: 0 0 8px; overflow-wrap: anywhere; }
.steps { font-size: 13px; color: var(--_soft); margin: 0 0 8px; } .steps:empty { display: none; }
.said { font: 16px/1.62 var(--_serif); overflow-wrap: anywhere; }
.said p, .said ul { margin: 0 0 .8em; } .said ul { padding-inline-start: 1.2em; }
.said pre { font: 12.5px/1.5 ui-monospace, monospace; background: color-mix(in srgb, var(--_ink) 5%, transparent); border-radius: 8px; padding: 10px 12px; overflow-x: auto; }
.said code { font: .88em ui-monospace, monospace; } .said a { color: inherit; }
.fn { border: 0; background: none; font: 600 11px/1 var(--_sans); vertical-align: super; padding: 2px 3px; border-radius: 4px; color: var(--_tone, var(--_soft)); }
.fn:hover, .fn[aria-expanded="true"] { background: color-mix(in srgb, var(--_tone) 18%, transparent); }
.none { color: var(--_soft); font-size: .8em; vertical-align: super; }
.t1 { --_tone: var(--_s1); } .t2 { --_tone: var(--_s2); } .t3 { --_tone: var(--_s3); } .t4 { --_tone: var(--_s4); } .t5 { --_tone: var(--_s5); } .t6 { --_tone: var(--_s6); }
.card { border: 1px solid var(--_rule); border-inline-start: 3px solid var(--_tone); border-radius: 10px; background: var(--_raised); padding: 11px 13px; margin: 0 0 10px; font: 13.5px/1.45 var(--_sans); }
.card b { display: block; } .card b span { color: var(--_tone); } .card .who { color: var(--_soft); font-size: 12.5px; }
.card blockquote { margin: 6px 0; font: 14px/1.5 var(--_serif); color: var(--_soft); overflow-wrap: anywhere; }
.card mark { background: var(--_mark); color: var(--_ink); border-radius: 2px; } .card a { color: var(--_accent); }
.foot { display: flex; align-items: center; gap: 2px; font-size: 13px; color: var(--_soft); min-height: 32px; } .foot .price { margin-inline-start: auto; font-variant-numeric: tabular-nums; }
.notice { border-inline-start: 3px solid var(--_accent); padding: 7px 12px; background: color-mix(in srgb, var(--_accent) 9%, transparent); border-radius: 4px; margin: 0 0 10px; font: 14px/1.45 var(--_sans); }
.notice button, .confirm button { border: 1px solid var(--_rule); background: var(--_raised); border-radius: 8px; padding: 4px 12px; margin-block-start: 6px; margin-inline-end: 6px; }
.confirm { border-block-end: 1px solid var(--_rule); padding: 10px 18px; font-size: 14px; }
form { display: flex; gap: 8px; align-items: end; padding: 10px 12px; border-block-start: 1px solid var(--_rule); background: var(--_raised); }
textarea { flex: 1; min-width: 0; border: 0; background: none; color: inherit; font: inherit; font-size: 16px; resize: none; padding: 7px 6px; max-height: 130px; outline: 0; field-sizing: content; }
textarea:focus-visible { outline: 0; } .foot + .label { margin-block-start: 12px; }
form:focus-within { box-shadow: inset 0 2px 0 var(--_accent); }
textarea::placeholder { color: var(--_soft); opacity: 1; }
.send { border: 0; border-radius: 9px; padding: 8px 15px; background: var(--_accent); color: var(--_on-accent); font-weight: 600; } .send:disabled { opacity: .6; cursor: progress; }
.powered { font-size: 11.5px; color: var(--_soft); text-align: center; padding: 0 12px 8px; background: var(--_raised); } .powered a { color: inherit; }
.spoken { position: absolute; width: 1px; height: 1px; overflow: hidden; clip-path: inset(50%); white-space: nowrap; }
@media (max-width: 640px) {
  :host(:not([mode="inline"])) .panel { inset: 0; width: 100%; height: 100%; height: 100dvh; border: 0; border-radius: 0; }
}
@media (prefers-reduced-motion: no-preference) {
  .fresh { animation: appear .25s ease-out both; } @keyframes appear { from { opacity: 0; transform: translateY(3px); } }
  .working::after { content: "…"; animation: wait .8s ease-in-out infinite alternate; } @keyframes wait { from { opacity: .2; } }
}
`;

function dark() {
  return `--_accent: var(--fn-accent, #ff8660); --_paper: var(--fn-paper, #171613); --_raised: var(--fn-raised, #1f1d1a); --_ink: var(--fn-ink, #ece8de);
  --_soft: var(--fn-soft, #b9b2a4); --_rule: var(--fn-rule, #34312b); --_mark: var(--fn-mark, #5a4a14); --_on-accent: var(--fn-on-accent, #171613);
  --_s1: #ff8660; --_s2: #74b6d6; --_s3: #dcb25a; --_s4: #9cc48a; --_s5: #bf9fd4; --_s6: #7cc4bb; color-scheme: dark;`;
}

export const sheet = new CSSStyleSheet();
sheet.replaceSync(css);
