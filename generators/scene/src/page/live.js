// The page: words, controls, feedback and revisions.
const $ = (id) => document.getElementById(id);
const read = (id) => JSON.parse($(id).textContent);
const say = read("words"), settings = read("settings");
let doc = read("document"), number = settings.number, socket = null, tries = 0, stage = null;

function patch(changes) {
  for (const change of changes) {
    const path = change.path.split("/").slice(1).map((part) => part.replace(/~1/g, "/").replace(/~0/g, "~"));
    const name = path.pop();
    let place = doc;
    for (const part of path) place = place[part];
    if (change.op === "remove") delete place[name]; else place[name] = change.value;
  }
}
const put = (id, text) => { const e = $(id); if (e && e.textContent !== text) e.textContent = text || ""; };
function button(label, act, where) {
  const b = document.createElement("button");
  b.type = "button"; b.textContent = label; b.addEventListener("click", act); where.append(b);
  return b;
}
function show() {
  put("notice", doc.notice); put("about", doc.description); put("warnings", doc.warnings.join(" · "));
  const speaker = Object.values(doc.characters).find((c) => c.says);
  put("says", speaker ? `${speaker.name}: ${speaker.says}` : "");
  const advert = doc.advert;
  document.body.dataset.kind = doc.kind;
  if (advert) {
    document.body.dataset.layout = advert.layout;
    put("headline", advert.headline); put("copy", advert.copy); put("price", advert.price); put("call", advert.call);
    const facts = $("facts"); facts.hidden = !advert.open; facts.replaceChildren();
    for (const fact of advert.facts) {
      const row = document.createElement("div"), name = document.createElement("dt"), value = document.createElement("dd");
      name.textContent = fact.name; value.textContent = fact.value; row.append(name, value); facts.append(row);
    }
    $("call").setAttribute("aria-expanded", String(advert.open));
  }
  const live = Boolean(settings.socket), options = $("options"), key = JSON.stringify(doc.options);
  if (options.dataset.key !== key) {
    options.dataset.key = key; options.replaceChildren();
    if (live) for (const o of doc.options) button(o.label, () => send({ type: "choose", option: o.id }), options);
  }
  const list = $("target"), chosen = list.value, things = {};
  for (const [id, c] of Object.entries(doc.characters)) things[id] = c.role ? `${c.name}, ${c.role}` : c.name;
  const count = {};
  for (const [id, n] of Object.entries(doc.nodes)) if (n.shown && n.label) {
    count[n.label] = (count[n.label] || 0) + 1;
    things[id] = count[n.label] > 1 ? `${n.label} ${count[n.label]}` : n.label;
  }
  if (advert) for (const part of ["headline", "copy", "call", "colours", "layout"]) things[part] = say[part];
  if (list.dataset.key !== JSON.stringify(things)) {
    list.dataset.key = JSON.stringify(things); list.replaceChildren();
    for (const [id, label] of Object.entries(things)) list.append(new Option(label, id));
    if (things[chosen]) list.value = chosen;
  }
}
function send(event) {
  if (socket && socket.readyState === 1) socket.send(JSON.stringify(event));
}
function receive(text) {
  let m; try { m = JSON.parse(text); } catch { return; }
  if (m.error) return put("status", m.error.message || say.failed);
  if (typeof m.number !== "number" || m.number < number) return;
  if (m.document) doc = m.document;
  else if (m.changed && m.number === number + 1) patch(m.changed);
  else if (m.number !== number) return socket.close();
  number = m.number; put("status", ""); show();
}
function connect() {
  if (!settings.socket || tries > 6) return;
  const url = new URL(settings.socket, location.href);
  url.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  socket = new WebSocket(url);
  socket.addEventListener("open", () => { tries = 0; put("status", ""); });
  socket.addEventListener("message", (e) => { if (typeof e.data === "string") receive(e.data); });
  socket.addEventListener("close", () => { put("status", say.offline); setTimeout(connect, 1000 * 2 ** tries++); });
}
function look(direction) {
  const o = stage ? stage.orbit : {};
  if (direction === "left") o.yaw -= 0.3; else if (direction === "right") o.yaw += 0.3;
  else if (direction === "up") o.pitch = Math.min(1, o.pitch + 0.1); else if (direction === "down") o.pitch = Math.max(-0.5, o.pitch - 0.1);
  else if (direction === "closer") o.zoom = Math.max(0.35, o.zoom * 0.8); else if (direction === "farther") o.zoom = Math.min(2.5, o.zoom * 1.25);
  else { o.yaw = o.pitch = 0; o.zoom = 1; send({ type: "look", direction: "back" }); }
}
function controls() {
  for (const d of ["left", "right", "up", "down", "closer", "farther", "back"]) {
    const b = button(say[d], () => look(d), $("looks")); b.title = say[d];
  }
  const live = Boolean(settings.socket);
  for (const e of document.querySelectorAll("[data-live]")) e.hidden = !live;
  for (const type of ["click", "like", "dislike"]) {
    const label = doc.kind === "advertisement" ? say[`${type}_part`] : say[type];
    button(label, () => send({ type, target: $("target").value }), $("acts"));
  }
  $("call").addEventListener("click", () => {
    if (live) send({ type: "click", target: "call" }); else { doc.advert.open = !doc.advert.open; show(); }
  });
  $("talk").addEventListener("submit", (e) => {
    e.preventDefault();
    const text = $("text").value.trim();
    if (text) send({ type: "say", text: text.slice(0, 500) });
    $("text").value = "";
  });
  if (doc.kind !== "scene") $("talk").hidden = true;
  if (doc.kind === "advertisement" && live) button(say.skip, () => send({ type: "skip" }), $("acts"));
  if (live) setInterval(() => { if (!document.hidden) send({ type: "tick", seconds: 5 }); }, 5000);
}
function pointer(canvas) {
  let from = null;
  canvas.addEventListener("pointerdown", (e) => { from = { x: e.clientX, y: e.clientY, far: 0 }; canvas.setPointerCapture(e.pointerId); });
  canvas.addEventListener("pointermove", (e) => {
    if (!from) return;
    const dx = e.clientX - from.x, dy = e.clientY - from.y;
    from.far += Math.abs(dx) + Math.abs(dy); from.x = e.clientX; from.y = e.clientY;
    stage.orbit.yaw -= dx * 0.006; stage.orbit.pitch = Math.max(-0.5, Math.min(1, stage.orbit.pitch + dy * 0.004));
  });
  canvas.addEventListener("pointerup", (e) => {
    if (from && from.far < 6) {
      const r = canvas.getBoundingClientRect(), id = stage.pick((e.clientX - r.left) / r.width, (e.clientY - r.top) / r.height);
      if (id && (doc.characters[id] || (doc.nodes[id] && doc.nodes[id].label))) { $("target").value = id; send({ type: "click", target: id }); }
    }
    from = null;
  });
  canvas.addEventListener("wheel", (e) => { e.preventDefault(); look(e.deltaY < 0 ? "closer" : "farther"); }, { passive: false });
  canvas.addEventListener("keydown", (e) => {
    const d = { ArrowLeft: "left", ArrowRight: "right", ArrowUp: "up", ArrowDown: "down", "+": "closer", "-": "farther", Home: "back" }[e.key];
    if (d) { e.preventDefault(); look(d); }
  });
}
async function glasses(kind, label) {
  if (!navigator.xr || !stage) return;
  const can = await navigator.xr.isSessionSupported(kind).catch(() => false);
  if (!can) return;
  button(label, async () => {
    try {
      const session = await navigator.xr.requestSession(kind, { optionalFeatures: ["local-floor"] });
      await stage.gl.makeXRCompatible();
      session.updateRenderState({ baseLayer: new XRWebGLLayer(session, stage.gl) });
      const space = await session.requestReferenceSpace(kind === "immersive-vr" ? "local-floor" : "local").catch(() => session.requestReferenceSpace("local"));
      worn = session; session.addEventListener("end", () => { worn = null; requestAnimationFrame(loop); });
      const next = (ms, xr) => { if (worn) { session.requestAnimationFrame(next); stage.frameXR(ms, xr, space); } };
      session.requestAnimationFrame(next);
    } catch (error) { put("status", `${say.failed} ${error.message}`); }
  }, $("looks"));
}
let worn = null;
function loop(ms) {
  if (worn || !stage) return;
  if (!document.hidden) stage.frame(ms);
  requestAnimationFrame(loop);
}
function start() {
  const canvas = $("view");
  try {
    const text = atob($("model").textContent.trim()), bytes = new Uint8Array(text.length);
    for (let at = 0; at < text.length; at++) bytes[at] = text.charCodeAt(at);
    stage = makeStage(canvas, readModel(bytes), () => doc);
    if (stage) { stage.frame(performance.now()); canvas.hidden = false; $("poster").hidden = true; requestAnimationFrame(loop); pointer(canvas); }
  } catch (error) { stage = null; console.error(error); }
  if (!stage) { canvas.hidden = true; $("poster").hidden = false; $("looks").hidden = true; put("status", say.flat); }
  canvas.addEventListener("webglcontextlost", () => { stage = null; canvas.hidden = true; $("poster").hidden = false; });
  controls(); show(); connect();
  glasses("immersive-vr", "VR"); glasses("immersive-ar", "AR");
}
start();
