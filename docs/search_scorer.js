// What the search shows first: headings before names, our own pages before those of Node's adapter.
"use strict";

var Scorer = {
  score: ([page, , , , score]) => (/^(node|decisions|performance|changelog)/.test(page) ? score / 2 : score),
  objNameMatch: 11,
  objPartialMatch: 6,
  objPrio: { 0: 15, 1: 5, 2: -5 },
  objPrioDefault: 0,
  title: 40,
  partialTitle: 20,
  term: 5,
  partialTerm: 2,
};
