// The reader's seat: this device may read the line aloud, in Chinese as it is written.

const line = document.getElementById("line");
const who = document.getElementById("line-who");
const button = document.getElementById("speak");

/** What is said: the name, then each item with its value. @returns {string} */
function words() {
  const items = [...(line?.querySelectorAll("dl > div") ?? [])];
  const said = items.map((item) => [...item.children].map((part) => part.textContent?.trim()).join("，"));
  return [who?.textContent?.trim(), ...said].join("。");
}

if (line && button && "speechSynthesis" in window) {
  button.hidden = false;
  button.addEventListener("click", () => {
    const speech = new SpeechSynthesisUtterance(words());
    speech.lang = line.dataset.language ?? "zh-CN";
    speech.rate = 0.85;
    window.speechSynthesis.cancel();
    window.speechSynthesis.speak(speech);
  });
}
document.documentElement.dataset.ready = "reader";
