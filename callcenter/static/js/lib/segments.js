// How many SMS a text makes: GSM-7 has room for 160 (153 each when several), UCS-2 for 70 (67).
// Alphabet: 3GPP TS 23.038, 6.2.1 and its extension table.

const BASIC =
  "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const EXTENDED = "^{}\\[~]|€\f";

/** {used, room, count}: characters used, room in so many SMS, and how many there are. */
export function count(text) {
  const characters = [...text];
  const isBasic = characters.every((each) => BASIC.includes(each) || EXTENDED.includes(each));
  const used = isBasic ? characters.reduce((sum, each) => sum + (EXTENDED.includes(each) ? 2 : 1), 0) : text.length;
  const [single, several] = isBasic ? [160, 153] : [70, 67];
  const parts = used <= single ? 1 : Math.ceil(used / several);
  return { used, room: parts === 1 ? single : parts * several, count: parts };
}
