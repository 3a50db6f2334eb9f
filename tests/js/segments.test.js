// The price of a text, before it is sent: 3GPP TS 23.038 and 23.040.

import assert from "node:assert/strict";
import { test } from "node:test";
import { count } from "../../callcenter/static/js/lib/segments.js";

const cases = [
  ["nothing", "", { used: 0, room: 160, count: 1 }],
  ["160 characters of GSM-7", "a".repeat(160), { used: 160, room: 160, count: 1 }],
  ["one more", "a".repeat(161), { used: 161, room: 306, count: 2 }],
  ["two full ones", "a".repeat(306), { used: 306, room: 306, count: 2 }],
  ["three", "a".repeat(307), { used: 307, room: 459, count: 3 }],
  ["Greek capitals and accents of the basic table", "ΔΦΓèéÄñ¿", { used: 8, room: 160, count: 1 }],
  ["lines count as characters", "a\nb\r", { used: 4, room: 160, count: 1 }],
  ["80 extended characters, each twice", "€".repeat(80), { used: 160, room: 160, count: 1 }],
  ["81 of them: 76 fit in the first, whose last place stays empty", "€".repeat(81), { used: 162, room: 305, count: 2 }],
  ["153 brackets: 76, 76 and 1", "]".repeat(153), { used: 306, room: 457, count: 3 }],
  [
    "an extended character that ends exactly at the joint",
    `${"a".repeat(151)}€${"a".repeat(10)}`,
    { used: 163, room: 306, count: 2 },
  ],
  ["one that would lie over the joint", `${"a".repeat(152)}€${"a".repeat(10)}`, { used: 164, room: 305, count: 2 }],
  ["every extended character counts twice", "^{}\\[~]|€\f", { used: 20, room: 160, count: 1 }],
  ["70 characters of UCS-2", "好".repeat(70), { used: 70, room: 70, count: 1 }],
  ["71 of them", "好".repeat(71), { used: 71, room: 134, count: 2 }],
  ["135 of them", "好".repeat(135), { used: 135, room: 201, count: 3 }],
  ["one foreign letter makes all of it UCS-2", `${"a".repeat(70)}ç`, { used: 71, room: 134, count: 2 }],
  ["an extended character counts once in UCS-2", "€好", { used: 2, room: 70, count: 1 }],
  ["an emoji counts twice", "😀", { used: 2, room: 70, count: 1 }],
  ["35 emoji fill one", "😀".repeat(35), { used: 70, room: 70, count: 1 }],
  ["67 emoji: 33, 33 and 1", "😀".repeat(67), { used: 134, room: 199, count: 3 }],
  [
    "an emoji that would lie over the joint",
    `${"好".repeat(66)}😀${"好".repeat(5)}`,
    { used: 73, room: 133, count: 2 },
  ],
];

for (const [what, text, counted] of cases) test(what, () => assert.deepEqual(count(text), counted));

test("what is left of the room can be written, and one character more begins another SMS", () => {
  const text = `${"a".repeat(152)}€${"a".repeat(20)}`;
  const { used, room } = count(text);
  assert.equal(count(text + "a".repeat(room - used)).count, 2);
  assert.equal(count(text + "a".repeat(room - used + 1)).count, 3);
});
