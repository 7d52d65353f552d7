// What a text message costs, as networks count (3GPP TS 23.038).

const BASIC = "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿abcdefghijklmnopqrstuvwxyzäöñüà";
const ESCAPED = "\f^{}\\[~]|€";

export function cost(text) {
  // nothing yet: what comes is Chinese
  const latin = text !== "" && [...text].every((sign) => BASIC.includes(sign) || ESCAPED.includes(sign));
  const [alone, inEach] = latin ? [160, 153] : [70, 67];
  const units = latin ? [...text].reduce((sum, sign) => sum + (ESCAPED.includes(sign) ? 2 : 1), 0) : text.length;
  const segments = units <= alone ? 1 : Math.ceil(units / inEach);
  return { segments, units, room: segments === 1 ? alone : segments * inEach };
}

export const costWords = ({ segments, units, room }) => `${segments} 条 · ${units}/${room} 字`;
