// Draws a model as its document says.
function makeStage(canvas, model, getDocument) {
  const gl = canvas.getContext("webgl2", { antialias: true, xrCompatible: "xr" in navigator });
  if (!gl) return null;
  const program = (vertex, fragment) => {
    const p = gl.createProgram();
    for (const [kind, text] of [[gl.VERTEX_SHADER, vertex], [gl.FRAGMENT_SHADER, fragment]]) {
      const s = gl.createShader(kind);
      gl.shaderSource(s, text); gl.compileShader(s); gl.attachShader(p, s);
    }
    gl.linkProgram(p);
    if (!gl.getProgramParameter(p, gl.LINK_STATUS)) throw new Error(gl.getProgramInfoLog(p) || "shader");
    const at = {};
    for (let i = 0; i < gl.getProgramParameter(p, gl.ACTIVE_UNIFORMS); i++) {
      const name = gl.getActiveUniform(p, i).name.replace("[0]", "");
      at[name] = gl.getUniformLocation(p, name);
    }
    return { p, at };
  };
  const paint = program(VERTEX, FRAGMENT), plain = program(VERTEX, DEPTH);
  const sky = program(SKY_VERTEX, SKY), drops = program(DROP_VERTEX, DROP);
  const { json, read, clips } = model;
  const meshes = {};
  const buffer = (target, data) => {
    const b = gl.createBuffer(); gl.bindBuffer(target, b); gl.bufferData(target, data, gl.STATIC_DRAW);
  };
  for (const mesh of json.meshes) {
    meshes[mesh.name] = mesh.primitives.map((part) => {
      const array = gl.createVertexArray(); gl.bindVertexArray(array);
      [["POSITION", 3, gl.FLOAT, false], ["NORMAL", 3, gl.FLOAT, false], ["COLOR_0", 4, gl.UNSIGNED_BYTE, true]].forEach(([name, size, kind, share], at) => {
        buffer(gl.ARRAY_BUFFER, read(part.attributes[name]));
        gl.enableVertexAttribArray(at); gl.vertexAttribPointer(at, size, kind, share, 0, 0);
      });
      const corners = read(part.indices); buffer(gl.ELEMENT_ARRAY_BUFFER, corners);
      return { array, count: corners.length, kind: corners instanceof Uint32Array ? gl.UNSIGNED_INT : gl.UNSIGNED_SHORT, material: json.materials[part.material].name };
    });
  }
  gl.bindVertexArray(null);
  const empty = gl.createVertexArray();
  const texture = (inner, size, compare) => {
    const t = gl.createTexture(); gl.bindTexture(gl.TEXTURE_2D, t);
    gl.texStorage2D(gl.TEXTURE_2D, 1, inner, size, size);
    const filter = compare ? gl.LINEAR : gl.NEAREST;
    gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MIN_FILTER, filter); gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_MAG_FILTER, filter);
    if (compare) gl.texParameteri(gl.TEXTURE_2D, gl.TEXTURE_COMPARE_MODE, gl.COMPARE_REF_TO_TEXTURE);
    return t;
  };
  const shadowMap = texture(gl.DEPTH_COMPONENT24, 2048, true), shadowFrame = gl.createFramebuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, shadowFrame);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.TEXTURE_2D, shadowMap, 0);
  const pickFrame = gl.createFramebuffer(), pickMap = texture(gl.RGBA8, 512, false), pickDepth = gl.createRenderbuffer();
  gl.bindFramebuffer(gl.FRAMEBUFFER, pickFrame);
  gl.framebufferTexture2D(gl.FRAMEBUFFER, gl.COLOR_ATTACHMENT0, gl.TEXTURE_2D, pickMap, 0);
  gl.bindRenderbuffer(gl.RENDERBUFFER, pickDepth);
  gl.renderbufferStorage(gl.RENDERBUFFER, gl.DEPTH_COMPONENT16, 512, 512);
  gl.framebufferRenderbuffer(gl.FRAMEBUFFER, gl.DEPTH_ATTACHMENT, gl.RENDERBUFFER, pickDepth);
  gl.bindFramebuffer(gl.FRAMEBUFFER, null);

  const still = matchMedia("(prefers-reduced-motion: reduce)");
  const places = {}, poses = {}, colours = {};
  const byName = {}; json.nodes.forEach((node, at) => { byName[node.name] = at; });
  const eased = { camera: null };
  const orbit = { yaw: 0, pitch: 0, zoom: 1 };
  let batch = [], last = 0;

  // What is to be drawn now: every mesh with its place and whose it is.
  function gather(now, step) {
    const doc = getDocument(), pull = Math.min(1, step * 5);
    batch = [];
    const ambient = {};
    if (!still.matches) for (const c of clips.ambient || []) (ambient[c.node] ||= {})[c.path] = sample(c, now);
    for (const [id, node] of Object.entries(doc.nodes)) {
      if (!node.shown || !meshes[node.shape]) continue;
      const moved = ambient[byName[id]] || {};
      const base = byName[id] === undefined ? null : json.nodes[byName[id]].translation;
      let at = node.at;
      if (moved.translation && base) at = at.map((part, axis) => part + moved.translation[axis] - base[axis]);
      batch.push({ id, world: placed(at, moved.rotation || upright(node.turn), [node.size, node.size, node.size]), parts: meshes[node.shape] });
    }
    for (const [id, person] of Object.entries(doc.characters)) {
      const p = places[id] ||= { at: person.at.slice(), turn: upright(person.turn) };
      const apart = Math.hypot(person.at[0] - p.at[0], person.at[2] - p.at[2]);
      const pace = Math.min(1, apart > 0.01 ? (1.5 * step) / apart : 1);
      p.at = blend(p.at, person.at, still.matches ? 1 : pace);
      p.turn = turned(p.turn, upright(person.turn), pull);
      const root = placed(p.at, p.turn, [person.size, person.size, person.size]);
      const does = apart > 0.05 && !still.matches ? "walk" : person.does === "walk" ? "idle" : person.does;
      const clip = clips[`${id} ${does}`] || [];
      const index = byName[id]; if (index === undefined) continue;
      for (const child of json.nodes[index].children || []) {
        const limb = json.nodes[child], channel = clip.find((c) => c.node === child);
        const target = channel ? sample(channel, still.matches ? 0 : now) : limb.rotation;
        const pose = poses[child] = turned(poses[child] || limb.rotation, target, Math.min(1, step * 9));
        batch.push({ id, world: times(root, placed(limb.translation, pose, [1, 1, 1])), parts: meshes[limb.name] });
      }
    }
    return doc;
  }

  function camera(doc, step) {
    const to = { at: doc.camera.at, to: doc.camera.to };
    const c = eased.camera ||= { at: to.at.slice(), to: to.to.slice() };
    const pull = still.matches ? 1 : Math.min(1, step * 3.2);
    c.at = blend(c.at, to.at, pull); c.to = blend(c.to, to.to, pull);
    const away = minus(c.at, c.to), sine = Math.sin(orbit.yaw), cosine = Math.cos(orbit.yaw);
    const flat = [away[0] * cosine + away[2] * sine, away[1], away[2] * cosine - away[0] * sine];
    const far = Math.hypot(flat[0], flat[2]);
    const rise = Math.max(-far * 0.2, Math.min(far * 1.4, flat[1] + orbit.pitch * far));
    const eye = [c.to[0] + flat[0] * orbit.zoom, Math.max(0.4, c.to[1] + rise * orbit.zoom), c.to[2] + flat[2] * orbit.zoom];
    return { eye, view: looking(eye, c.to) };
  }

  function lens(doc, aspect) {
    // A narrow window sees as much from side to side as a square one.
    const half = Math.tan(doc.camera.field_degrees * Math.PI / 360) / Math.min(1, aspect / 1.25);
    return perspective(2 * Math.atan(half), aspect, 0.1, 420);
  }

  const run = (use, worlds, each) => {
    for (const item of batch) {
      gl.uniformMatrix4fv(use.at.world, false, worlds ? times(worlds, item.world) : item.world);
      if (each.whole) each.whole(item);
      for (const part of item.parts) {
        if (each.part) each.part(part);
        gl.bindVertexArray(part.array); gl.drawElements(gl.TRIANGLES, part.count, part.kind, 0);
      }
    }
  };
  // Once a picture, however often a colour is used in it.
  const ease = (name, hex) => {
    const target = linear(hex), old = colours[name];
    if (old && old.at === last) return old.now;
    const now = old ? blend(old.now, target, 1 - Math.exp(-6 * Math.min(0.5, last - old.at))) : target;
    colours[name] = { now, at: last };
    return now;
  };
  function sunMatrix(doc) {
    const to = unit(doc.sun.towards), middle = [0, 0, -6];
    return times(box(30, 120), looking([middle[0] + to[0] * 60, middle[1] + to[1] * 60, middle[2] + to[2] * 60], middle));
  }
  function shadows(doc) {
    gl.bindFramebuffer(gl.FRAMEBUFFER, shadowFrame); gl.viewport(0, 0, 2048, 2048);
    gl.enable(gl.DEPTH_TEST); gl.disable(gl.CULL_FACE); gl.clear(gl.DEPTH_BUFFER_BIT);
    gl.useProgram(plain.p);
    gl.uniformMatrix4fv(plain.at.view, false, sunMatrix(doc)); gl.uniformMatrix4fv(plain.at.lens, false, identity());
    const whole = batch;
    batch = whole.filter((item) => !/^(ground|water|cloud|mountain|ridge|floor)/.test(item.id));
    run(plain, null, {});
    batch = whole;
  }
  function lamps(doc) {
    const high = { streetlamp: 3.7, campfire: 0.9, lighthouse: 12.6, spotlight: 3.2 };
    const lit = parseInt((doc.materials.lamp || { glow: "#000000" }).glow.slice(1, 3), 16) / 255;
    const list = Object.values(doc.nodes).filter((n) => n.shown && high[n.shape.split(":")[0]]);
    const near = list.slice(0, 6).map((n) => [n.at[0], n.at[1] + high[n.shape.split(":")[0]] * n.size, n.at[2], (n.shape.startsWith("campfire") ? 1 : Math.max(0, lit - 0.3)) * 1.7]);
    return near;
  }
  function draw(doc, eye, view, projection, now, world, open) {
    gl.enable(gl.DEPTH_TEST); gl.enable(gl.CULL_FACE);
    const top = ease("top", doc.sky.top), horizon = ease("horizon", doc.sky.horizon);
    const sun = ease("sun", doc.sun.colour).map((part) => part * doc.sun.strength), to = unit(doc.sun.towards);
    if (!open) {
      gl.useProgram(sky.p); gl.disable(gl.DEPTH_TEST);
      const flat = view.slice(); flat[12] = flat[13] = flat[14] = 0;
      const back = times(inverted(flat), unproject(projection));
      gl.uniformMatrix4fv(sky.at.back, false, back);
      gl.uniform3fv(sky.at.skyTop, top); gl.uniform3fv(sky.at.skyHorizon, horizon);
      gl.uniform3fv(sky.at.sunTo, to); gl.uniform3fv(sky.at.sunColour, sun.map((part) => part * (doc.weather === "clear" && doc.kind === "scene" ? 1 : 0)));
      gl.uniform1f(sky.at.stars, doc.sky.stars); gl.uniform1f(sky.at.skyStrength, doc.sky.strength);
      gl.bindVertexArray(empty); gl.drawArrays(gl.TRIANGLES, 0, 3); gl.enable(gl.DEPTH_TEST);
    }
    gl.useProgram(paint.p);
    const at = paint.at;
    gl.uniformMatrix4fv(at.view, false, view); gl.uniformMatrix4fv(at.lens, false, projection);
    gl.uniformMatrix4fv(at.sunView, false, world ? times(sunMatrix(doc), inverted(world)) : sunMatrix(doc));
    gl.uniform3fv(at.sunTo, to); gl.uniform3fv(at.sunColour, sun); gl.uniform3fv(at.skyTop, top);
    gl.uniform3fv(at.skyHorizon, horizon); gl.uniform3fv(at.skyGround, ease("ground", doc.sky.ground));
    gl.uniform3fv(at.eye, eye); gl.uniform1f(at.haze, open ? 0 : doc.sky.haze); gl.uniform1f(at.skyStrength, doc.sky.strength); gl.uniform1f(at.clock, now);
    const lights = lamps(doc);
    if (lights.length) gl.uniform4fv(at.lamps, lights.flat());
    gl.uniform3fv(at.lampColour, [1, 0.72, 0.4]); gl.uniform1i(at.lampCount, world ? 0 : lights.length);
    gl.activeTexture(gl.TEXTURE0); gl.bindTexture(gl.TEXTURE_2D, shadowMap); gl.uniform1i(at.shadow, 0);
    run(paint, world, {
      part: (part) => {
        const m = doc.materials[part.material];
        if (!m) return;
        gl.uniform3fv(at.colour, ease(`c ${part.material}`, m.colour)); gl.uniform3fv(at.glow, ease(`g ${part.material}`, m.glow));
        gl.uniform1f(at.roughness, m.roughness); gl.uniform1f(at.metal, m.metal); gl.uniform1f(at.water, part.material === "water" ? 1 : 0);
      },
    });
    const wet = doc.weather === "rain", white = doc.weather === "snow";
    if ((wet || white) && !world && doc.place !== "studio" && !still.matches) {
      gl.useProgram(drops.p); gl.enable(gl.BLEND); gl.blendFunc(gl.SRC_ALPHA, gl.ONE_MINUS_SRC_ALPHA); gl.depthMask(false);
      gl.uniformMatrix4fv(drops.at.view, false, view); gl.uniformMatrix4fv(drops.at.lens, false, projection);
      gl.uniform3fv(drops.at.eye, eye); gl.uniform1f(drops.at.clock, now); gl.uniform1f(drops.at.slow, white ? 1 : 0);
      gl.bindVertexArray(empty); gl.drawArrays(white ? gl.POINTS : gl.LINES, 0, white ? 1600 : 2400);
      gl.depthMask(true); gl.disable(gl.BLEND);
    }
  }
  function unproject(m) {
    const o = new Float32Array(16);
    o[0] = 1 / m[0]; o[5] = 1 / m[5]; o[11] = 1 / m[14]; o[14] = -1; o[15] = m[10] / m[14];
    o[12] = m[8] / m[0]; o[13] = m[9] / m[5];
    return o;
  }
  function pick(x, y) {
    const doc = getDocument(), { view } = camera(doc, 0);
    gl.bindFramebuffer(gl.FRAMEBUFFER, pickFrame); gl.viewport(0, 0, 512, 512);
    gl.enable(gl.DEPTH_TEST); gl.disable(gl.CULL_FACE); gl.clearColor(0, 0, 0, 0); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    gl.useProgram(plain.p);
    gl.uniformMatrix4fv(plain.at.view, false, view); gl.uniformMatrix4fv(plain.at.lens, false, lens(doc, canvas.clientWidth / canvas.clientHeight));
    const ids = [];
    run(plain, null, { whole: (item) => { ids.push(item.id); gl.uniform4f(plain.at.name, (ids.length & 255) / 255, (ids.length >> 8) / 255, 0, 1); } });
    const pixel = new Uint8Array(4);
    gl.readPixels(Math.floor(x * 511), Math.floor((1 - y) * 511), 1, 1, gl.RGBA, gl.UNSIGNED_BYTE, pixel);
    gl.bindFramebuffer(gl.FRAMEBUFFER, null);
    return ids[pixel[0] + pixel[1] * 256 - 1] || null;
  }
  function frame(ms) {
    const now = ms / 1000, step = Math.min(0.1, now - last); last = now;
    const doc = gather(now, step);
    shadows(doc);
    const size = Math.min(devicePixelRatio || 1, 2);
    const width = Math.round(canvas.clientWidth * size), height = Math.round(canvas.clientHeight * size);
    if (canvas.width !== width || canvas.height !== height) { canvas.width = width; canvas.height = height; }
    gl.bindFramebuffer(gl.FRAMEBUFFER, null); gl.viewport(0, 0, width, height); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    const { eye, view } = camera(doc, step);
    draw(doc, eye, view, lens(doc, width / Math.max(1, height)), now, null, false);
  }
  // AR stands the scene on a table, VR stands the viewer in it.
  function frameXR(ms, xr, space) {
    const now = ms / 1000, step = Math.min(0.1, now - last), pose = xr.getViewerPose(space); last = now;
    if (!pose) return;
    const doc = gather(now, step), layer = xr.session.renderState.baseLayer, ar = xr.session.environmentBlendMode !== "opaque";
    const s = ar ? 0.05 : 1, world = placed(ar ? [0, -0.45, -1] : [0, 0, -9], [0, 0, 0, 1], [s, s, s]);
    shadows(doc);
    gl.bindFramebuffer(gl.FRAMEBUFFER, layer.framebuffer); gl.clearColor(0, 0, 0, 0); gl.clear(gl.COLOR_BUFFER_BIT | gl.DEPTH_BUFFER_BIT);
    for (const v of pose.views) {
      const port = layer.getViewport(v), at = v.transform.position;
      gl.viewport(port.x, port.y, port.width, port.height);
      draw(doc, [at.x, at.y, at.z], v.transform.inverse.matrix, v.projectionMatrix, now, world, ar);
    }
  }
  return { gl, frame, frameXR, pick, orbit };
}
