// How many SMS a text makes: GSM-7 has room for 160 (153 each when several), UCS-2 for 70 (67).
// Alphabet: 3GPP TS 23.038, 6.2.1 and its extension table.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€\f";

/**
 * {used, room, count}: characters used, room in so many SMS, and how many there are. What counts twice, an extended
 * character or an emoji, is never split over two SMS: the place it leaves at the end of the first is no room.
 *
 * @param {string} text
 */
export function count(text) {
  const characters = [...text];
  const isBasic = characters.every((each) => BASIC.includes(each) || EXTENDED.includes(each));
  const sizes = characters.map(isBasic ? (each) => (EXTENDED.includes(each) ? 2 : 1) : (each) => each.length);
  const used = sizes.reduce((sum, size) => sum + size, 0);
  const [single, several] = isBasic ? [160, 153] : [70, 67];
  return used <= single ? { used, room: single, count: 1 } : { used, ...filled(sizes, several) };
}

/**
 * @param {number[]} sizes
 * @param {number} several room of one SMS of several
 */
function filled(sizes, several) {
  let parts = 1;
  let inLast = 0;
  let lost = 0;
  for (const size of sizes) {
    if (inLast + size > several) {
      lost += several - inLast;
      parts += 1;
      inLast = 0;
    }
    inLast += size;
  }
  return { room: parts * several - lost, count: parts };
}
