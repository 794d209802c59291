#include "sim/page.hpp"

namespace ppn::sim {

namespace {

constexpr std::string_view before = R"html(<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>ppn-sim run</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 16px; color: #1b2430; background: #fff; }
h1 { font-size: 18px; margin: 0 0 4px; } #sum { color: #56657a; margin-bottom: 10px; }
svg { width: 100%; display: block; border: 1px solid #d5dbe3; background: #fbfcfd; }
svg text { font: 12px system-ui, sans-serif; fill: #1b2430; }
#when { width: 100%; margin: 8px 0; }
#cols { display: grid; grid-template-columns: 1fr 1fr; gap: 16px; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: 3px 8px 3px 0; }
td { border-top: 1px solid #e4e8ee; } .bad { color: #b3261e; font-weight: 600; }
ul { margin: 4px 0; padding-left: 18px; } li { font-family: ui-monospace, monospace; font-size: 12px; }
.key i { display: inline-block; width: 12px; height: 12px; margin: 0 4px 0 12px; vertical-align: -1px; }
</style></head><body>
<h1 id="title"></h1><div id="sum"></div><div class="key" id="key"></div>
<svg id="lanes"></svg>
<input id="when" type="range" min="0" max="10000" value="0" aria-label="moment">
<div id="cols"><div><b id="clock"></b><table id="state"></table></div>
<div><b>Around this moment</b><ul id="near"></ul><b>Violations</b><ul id="bad"></ul></div></div>
<script type="application/json" id="data">)html";

constexpr std::string_view after = R"html(</script>
<script>
'use strict';
const run = JSON.parse(document.getElementById('data').textContent);
const colour = { up: '#9db4cf', down: '#3a4452', frozen: '#b99be0', expected: '#d9dee5', alive: '#3d9a5f',
  suspect: '#e0a526', evicted: '#cc3b30', doubt: '#8a4fd0', none: '#eef1f5' };
const el = id => document.getElementById(id);
const left = 120, wide = 1400, lane = 34;
const top0 = 8, x = t => left + (wide - left - 10) * Math.min(t, run.length) / run.length;
const svg = el('lanes');
const names = run.nodes;
function put(kind, attributes, text) {
  const made = document.createElementNS('http://www.w3.org/2000/svg', kind);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  svg.appendChild(made);
  return made;
}
// Changes of one thing over time: [[from, to, state, text], ...]
function spans(kind, node, first) {
  const own = run.records.filter(r => r[1] === kind && (node === null || r[2] === node))
    .sort((a, b) => a[0] - b[0]);
  const out = [];
  let state = first, since = 0, text = '';
  for (const r of own) {
    const next = kind === 'd' ? (r[4] ? 'doubt' : 'none') : r[3];
    if (r[0] > since) out.push([since, r[0], state, text]);
    state = next; since = r[0]; text = r[3];
  }
  if (since < run.length) out.push([since, run.length, state, text]);
  return out;
}
function bar(list, y, height, what, node) {
  for (const [from, to, state, text] of list) {
    const made = put('rect', { x: x(from), y, width: Math.max(0.5, x(to) - x(from)), height,
      fill: colour[state] || '#999', 'data-lane': what, 'data-node': node, 'data-state': state,
      'data-from': from.toFixed(3), 'data-to': to.toFixed(3) });
    const tip = document.createElementNS('http://www.w3.org/2000/svg', 'title');
    tip.textContent = `${node} ${what}: ${state} ${text} ${from.toFixed(1)} s to ${to.toFixed(1)} s`;
    made.appendChild(tip);
  }
}
const process = names.map((_, n) => spans('o', n, 'down'));
const pool = names.map((_, n) => spans('m', n, 'expected'));
const doubt = spans('d', null, 'none');
let y = top0;
names.forEach((name, n) => {
  put('text', { x: 6, y: y + 18 }, name);
  bar(pool[n], y, 18, 'pool', name);
  bar(process[n], y + 20, 7, 'process', name);
  y += lane;
});
put('text', { x: 6, y: y + 13 }, 'self-doubt'); bar(doubt, y, 16, 'doubt', names[0]); y += 24;
put('text', { x: 6, y: y + 13 }, 'links');
const links = run.records.filter(r => r[1] === 'k');
for (const r of links)
  put('line', { x1: x(r[0]), x2: x(r[0]), y1: y, y2: y + 16, stroke: r[3] === 'up' ? '#3d9a5f' : '#cc3b30' });
y += 24;
put('text', { x: 6, y: y + 13 }, 'acts');
for (const [at, text] of run.acts) {
  const made = put('line', { x1: x(at), x2: x(at), y1: y, y2: y + 16, stroke: '#1b2430', 'data-act': text });
  const tip = document.createElementNS('http://www.w3.org/2000/svg', 'title');
  tip.textContent = text; made.appendChild(tip);
}
y += 24;
const grown = run.records.filter(r => r[1] === 'l' && r[2] === 0);
const most = Math.max(1, ...grown.map(r => r[4]));
put('text', { x: 6, y: y + 22 }, `ledger, ${most}`);
let path = `M${x(0)},${y + 40}`, level = y + 40;
for (const r of grown) { path += `H${x(r[0])}`; level = y + 40 - 38 * r[4] / most; path += `V${level}`; }
put('path', { d: path + `H${x(run.length)}`, fill: 'none', stroke: '#2f6fb0', 'stroke-width': 1.5 });
y += 48;
for (const [at, rule] of run.violations)
  put('line', { x1: x(at), x2: x(at), y1: 0, y2: y, stroke: '#cc3b30', 'stroke-width': 2,
    'data-rule': rule });
put('line', { x1: x(run.calm), x2: x(run.calm), y1: 0, y2: y, stroke: '#3d9a5f', 'stroke-dasharray': '4 3' });
put('text', { x: x(run.calm) + 3, y: y - 3 }, 'calm');
const hand = put('line', { x1: left, x2: left, y1: 0, y2: y, stroke: '#d0342c', id: 'hand' });
svg.setAttribute('viewBox', `0 0 ${wide} ${y + 6}`);
const at = (list, t) =>
  (list.find(s => s[0] <= t && t < s[1]) || list[list.length - 1] || [0, 0, '?', ''])[2];
const line = (to, text, bad) => { const li = document.createElement('li'); li.textContent = text;
  if (bad) li.className = 'bad'; to.appendChild(li); };
function row(cells, kind) {
  const tr = document.createElement('tr');
  for (const text of cells) { const td = document.createElement(kind); td.textContent = text;
    if (text === 'evicted' || text === 'down') td.className = 'bad'; tr.appendChild(td); }
  el('state').appendChild(tr);
}
function show(t) {
  hand.setAttribute('x1', x(t)); hand.setAttribute('x2', x(t));
  el('clock').textContent = `At ${t.toFixed(1)} s: ` +
    (at(doubt, t) === 'doubt' ? 'the controller doubts itself' : 'the controller has no doubt');
  el('state').textContent = ''; el('near').textContent = '';
  row(['node', 'process', 'pool', 'ledger', 'links'], 'th');
  names.forEach((name, n) => {
    const held = run.records.filter(r => r[1] === 'l' && r[2] === n && r[0] <= t).pop();
    const up = new Set();
    for (const r of links) if (r[2] === n && r[0] <= t) r[3] === 'up' ? up.add(r[4]) : up.delete(r[4]);
    row([name, at(process[n], t), at(pool[n], t), held ? held[4] : 0,
         [...up].sort().map(p => names[p]).join(' ')], 'td');
  });
  const near = run.acts.map(a => [a[0], a[1]]).concat(run.records.filter(r => r[1] === 'n' || r[1] === 'm')
    .map(r => [r[0], `${r[0].toFixed(3)} s ${names[r[2]]} ${r[3]}`])).sort((a, b) => a[0] - b[0]);
  for (const one of near.filter(a => Math.abs(a[0] - t) <= run.length / 40).slice(0, 24))
    line(el('near'), one[1]);
}
el('title').textContent = `ppn-sim, seed ${run.seed}, ${names.length} nodes, ${run.length} s`;
el('sum').textContent = `${run.acts.length} acts, ${run.violations.length} violations`;
el('key').innerHTML = ['alive', 'suspect', 'evicted', 'expected', 'up', 'frozen', 'down', 'doubt']
  .map(k => `<i style="background:${colour[k]}"></i>${k}`).join('');
for (const v of run.violations) line(el('bad'), `${v[0].toFixed(1)} s ${v[1]} ${v[2]}: ${v[3]}`, true);
for (const p of run.pending) line(el('bad'), `pending: ${p}`, true);
el('when').addEventListener('input', e => show(run.length * e.target.value / 10000));
svg.addEventListener('click', e => {
  const box = svg.getBoundingClientRect();
  const t = ((e.clientX - box.left) * wide / box.width - left) / (wide - left - 10) * run.length;
  const inside = Math.max(0, Math.min(run.length, t));
  el('when').value = 10000 * inside / run.length; show(inside);
});
const wanted = Number(new URLSearchParams(location.search).get('t') || location.hash.slice(1) || 0);
el('when').value = 10000 * wanted / run.length; show(wanted);
</script></body></html>
)html";

} // namespace

std::string page_of(std::string_view timeline) {
  std::string page(before);
  page += timeline;
  page += after;
  return page;
}

} // namespace ppn::sim
