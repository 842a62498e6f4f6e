// Reads a GLB: meshes, nodes, animations. Matrices are column-major arrays of 16 numbers.
function readModel(bytes) {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  if (view.getUint32(0, true) !== 0x46546c67) throw new Error("no GLB");
  const jsonLength = view.getUint32(12, true);
  const json = JSON.parse(new TextDecoder().decode(bytes.subarray(20, 20 + jsonLength)));
  const start = 20 + jsonLength + 8;
  const kinds = { 5121: Uint8Array, 5123: Uint16Array, 5125: Uint32Array, 5126: Float32Array };
  const parts = { SCALAR: 1, VEC3: 3, VEC4: 4 };
  const read = (index) => {
    const a = json.accessors[index], v = json.bufferViews[a.bufferView];
    const from = start + (v.byteOffset || 0), Kind = kinds[a.componentType];
    const length = a.count * parts[a.type] * Kind.BYTES_PER_ELEMENT;
    return new Kind(bytes.slice(from, from + length).buffer);
  };
  const clips = {};
  for (const a of json.animations || []) {
    clips[a.name] = a.channels.map((c) => {
      const s = a.samplers[c.sampler];
      return { node: c.target.node, path: c.target.path, times: read(s.input), values: read(s.output) };
    });
  }
  return { json, read, clips };
}

const identity = () => new Float32Array([1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1]);
function times(a, b) {
  const o = new Float32Array(16);
  for (let c = 0; c < 4; c++) for (let r = 0; r < 4; r++) {
    o[c * 4 + r] = a[r] * b[c * 4] + a[4 + r] * b[c * 4 + 1] + a[8 + r] * b[c * 4 + 2] + a[12 + r] * b[c * 4 + 3];
  }
  return o;
}
function placed(t, q, s) {
  const [x, y, z, w] = q;
  return new Float32Array([
    (1 - 2 * (y * y + z * z)) * s[0], 2 * (x * y + z * w) * s[0], 2 * (x * z - y * w) * s[0], 0,
    2 * (x * y - z * w) * s[1], (1 - 2 * (x * x + z * z)) * s[1], 2 * (y * z + x * w) * s[1], 0,
    2 * (x * z + y * w) * s[2], 2 * (y * z - x * w) * s[2], (1 - 2 * (x * x + y * y)) * s[2], 0,
    t[0], t[1], t[2], 1]);
}
function perspective(field, aspect, near, far) {
  const f = 1 / Math.tan(field / 2), d = 1 / (near - far);
  return new Float32Array([f / aspect, 0, 0, 0, 0, f, 0, 0, 0, 0, (far + near) * d, -1, 0, 0, 2 * far * near * d, 0]);
}
function box(size, depth) {
  return new Float32Array([1 / size, 0, 0, 0, 0, 1 / size, 0, 0, 0, 0, -2 / depth, 0, 0, 0, -1, 1]);
}
const minus = (a, b) => [a[0] - b[0], a[1] - b[1], a[2] - b[2]];
const cross = (a, b) => [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
const dot = (a, b) => a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
const unit = (a) => { const l = Math.hypot(a[0], a[1], a[2]) || 1; return [a[0] / l, a[1] / l, a[2] / l]; };
function looking(eye, to) {
  const z = unit(minus(eye, to)), x = unit(cross([0, 1, 0], z)), y = cross(z, x);
  return new Float32Array([x[0], y[0], z[0], 0, x[1], y[1], z[1], 0, x[2], y[2], z[2], 0, -dot(x, eye), -dot(y, eye), -dot(z, eye), 1]);
}
function inverted(m) {
  // Of a matrix without shear: turn, one scale, shift.
  const s = 1 / (m[0] * m[0] + m[1] * m[1] + m[2] * m[2]), o = identity();
  for (let c = 0; c < 3; c++) for (let r = 0; r < 3; r++) o[c * 4 + r] = m[r * 4 + c] * s;
  for (let r = 0; r < 3; r++) o[12 + r] = -(o[r] * m[12] + o[4 + r] * m[13] + o[8 + r] * m[14]);
  return o;
}
const blend = (a, b, share) => a.map((part, at) => part + (b[at] - part) * share);
function turned(a, b, share) {
  const near = a[0] * b[0] + a[1] * b[1] + a[2] * b[2] + a[3] * b[3] < 0 ? -1 : 1;
  const q = a.map((part, at) => part + (b[at] * near - part) * share), l = Math.hypot(...q) || 1;
  return q.map((part) => part / l);
}
const upright = (degrees) => [0, Math.sin(degrees * Math.PI / 360), 0, Math.cos(degrees * Math.PI / 360)];
function sample(channel, time) {
  const { times: t, values, path } = channel, size = path === "rotation" ? 4 : 3;
  const last = t[t.length - 1], now = last > 0 ? time % last : 0;
  let at = 0;
  while (at < t.length - 2 && t[at + 1] <= now) at++;
  const share = Math.min(1, Math.max(0, (now - t[at]) / (t[at + 1] - t[at] || 1)));
  const a = Array.from(values.subarray(at * size, at * size + size));
  const b = Array.from(values.subarray((at + 1) * size, (at + 1) * size + size));
  return size === 4 ? turned(a, b, share) : blend(a, b, share);
}
const linear = (hex) => [1, 3, 5].map((at) => {
  const part = parseInt(hex.slice(at, at + 2), 16) / 255;
  return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
});
