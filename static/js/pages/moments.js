// Moments as the pages of this site write them: Beijing time to the second, in the page's language.

/** @param {number} ms @returns {string} */
export function timeWords(ms) {
  const beijing = new Date(ms + 8 * 3600e3);
  const clock = beijing.toISOString().slice(11, 19);
  const [year, month, day] = [beijing.getUTCFullYear(), beijing.getUTCMonth(), beijing.getUTCDate()];
  if (document.documentElement.lang.startsWith("zh")) return `${year}年${month + 1}月${day}日 ${clock} 北京时间`;
  const name = beijing.toLocaleString("en-GB", { month: "long", timeZone: "UTC" });
  return `${day} ${name} ${year}, ${clock}, Beijing time (UTC+8)`;
}

/** @param {string} digest @returns {string} in groups of four */
export const fours = (digest) => (digest.match(/.{1,4}/g) ?? []).join(" ");
