"use strict";
for (const sound of document.querySelectorAll("article audio")) {
  const spans = [...sound.closest("article").querySelectorAll("span[data-from]")];
  let lit = null;
  const follow = () => {
    const now = sound.currentTime * 1000;
    const heard = sound.ended ? null : spans.find((s) => +s.dataset.from <= now && now < +s.dataset.to) || null;
    if (heard === lit) return;
    if (lit) lit.classList.remove("heard");
    if (heard) heard.classList.add("heard");
    lit = heard;
  };
  for (const name of ["timeupdate", "seeked", "ended"]) sound.addEventListener(name, follow);
  sound.addEventListener("play", () => {
    for (const other of document.querySelectorAll("audio")) if (other !== sound) other.pause();
  });
  for (const span of spans) {
    span.addEventListener("dblclick", () => { sound.currentTime = +span.dataset.from / 1000; sound.play(); });
  }
}
