const VERTEX = `#version 300 es
layout(location=0) in vec3 at; layout(location=1) in vec3 normal; layout(location=2) in vec4 shade;
uniform mat4 world, view, lens, sunView;
out vec3 place, facing; out float tone; out vec4 inSun;
void main() {
  vec4 p = world * vec4(at, 1.0);
  place = p.xyz; facing = mat3(world) * normal; tone = shade.r;
  inSun = sunView * p; gl_Position = lens * view * p;
}`;
const FRAGMENT = `#version 300 es
precision highp float; precision highp sampler2DShadow;
in vec3 place, facing; in float tone; in vec4 inSun; out vec4 seen;
uniform vec3 colour, glow, sunTo, sunColour, skyTop, skyHorizon, skyGround, eye;
uniform float roughness, metal, haze, skyStrength, water, clock;
uniform vec4 lamps[6]; uniform vec3 lampColour; uniform int lampCount;
uniform sampler2DShadow shadow;
float lit() {
  vec3 p = inSun.xyz / inSun.w * 0.5 + 0.5;
  if (any(lessThan(p, vec3(0.0))) || any(greaterThan(p, vec3(1.0)))) return 1.0;
  float sum = 0.0;
  for (int x = -1; x <= 1; x++) for (int y = -1; y <= 1; y++)
    sum += texture(shadow, vec3(p.xy + vec2(x, y) / 2048.0 * 1.3, p.z - 0.0016));
  return sum / 9.0;
}
vec3 tuned(vec3 c) {
  c = max(c, 0.0) * 0.82; c = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14);
  return pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2));
}
void main() {
  vec3 n = normalize(facing), v = normalize(eye - place);
  vec3 base = colour;
  if (water > 0.5) {
    vec2 w = place.xz;
    n = normalize(vec3(sin(w.x * 1.1 + clock) * 0.05 + sin(w.y * 2.3 - clock * 1.4) * 0.03, 1.0,
                       cos(w.y * 1.3 + clock * 0.8) * 0.05 + sin(w.x * 2.1 + clock) * 0.03));
  }
  float up = n.y * 0.5 + 0.5;
  vec3 sky = mix(skyGround * 0.75, mix(skyHorizon, skyTop, 0.4), up) * skyStrength;
  float sun = max(dot(n, sunTo), 0.0) * lit();
  vec3 h = normalize(sunTo + v);
  float gloss = pow(1.0 - roughness, 2.0), tight = mix(8.0, 420.0, gloss);
  float spark = pow(max(dot(n, h), 0.0), tight) * (0.02 + gloss * 1.6) * step(0.0, dot(n, sunTo));
  float rim = pow(1.0 - max(dot(n, v), 0.0), 5.0);
  vec3 light = base * (1.0 - 0.5 * metal) * (sky * 0.62 + sunColour * sun * 0.36) * tone * 1.1;
  vec3 mirrored = mix(skyHorizon, skyTop, clamp(reflect(-v, n).y * 1.4, 0.0, 1.0)) * skyStrength;
  light += mirrored * (0.04 + (0.5 + 0.4 * metal) * gloss * mix(0.25, 1.0, rim) + rim * 0.06) * mix(vec3(1.0), base, metal);
  light += sunColour * spark * lit();
  for (int i = 0; i < 6; i++) {
    if (i >= lampCount) break;
    vec3 to = lamps[i].xyz - place; float far = length(to);
    float fall = pow(clamp(1.0 - pow(far / 16.0, 2.0), 0.0, 1.0), 2.0) / (1.0 + far * far * 0.12);
    light += base * lampColour * (max(dot(n, to / far), 0.0) * 0.8 + 0.2) * fall * lamps[i].w;
  }
  light += glow * 1.6;
  float far = length(eye - place), air = 1.0 - exp(-far * haze);
  seen = vec4(tuned(mix(light, skyHorizon * skyStrength, air)), 1.0);
}`;
const SKY_VERTEX = `#version 300 es
out vec2 spot; void main() { vec2 p = vec2(gl_VertexID & 1, gl_VertexID >> 1) * 4.0 - 1.0; spot = p; gl_Position = vec4(p, 0.99999, 1.0); }`;
const SKY = `#version 300 es
precision highp float; in vec2 spot; out vec4 seen;
uniform mat4 back; uniform vec3 skyTop, skyHorizon, sunTo, sunColour; uniform float stars, skyStrength;
float hash(vec3 p) { return fract(sin(dot(p, vec3(12.9898, 78.233, 37.719))) * 43758.5453); }
void main() {
  vec4 a = back * vec4(spot, -1.0, 1.0), b = back * vec4(spot, 1.0, 1.0);
  vec3 d = normalize(b.xyz / b.w - a.xyz / a.w);
  vec3 c = mix(skyHorizon, skyTop, pow(clamp(d.y * 1.6, 0.0, 1.0), 0.7)) * mix(1.0, skyStrength, 0.35);
  float near = max(dot(d, sunTo), 0.0);
  c += sunColour * (pow(near, 700.0) * 1.5 + pow(near, 12.0) * 0.04);
  vec3 cell = floor(d * 160.0);
  if (stars > 0.05 && d.y > 0.02 && hash(cell) > 0.9965) c += stars * 0.8 * smoothstep(0.5, 0.1, length(fract(d * 160.0) - 0.5));
  c = max(c, 0.0) * 0.82; c = c * (2.51 * c + 0.03) / (c * (2.43 * c + 0.59) + 0.14);
  seen = vec4(pow(clamp(c, 0.0, 1.0), vec3(1.0 / 2.2)), 1.0);
}`;
const DEPTH = `#version 300 es
precision mediump float; uniform vec4 name; out vec4 seen; void main() { seen = name; }`;
const DROP_VERTEX = `#version 300 es
uniform mat4 view, lens; uniform vec3 eye; uniform float clock, slow; out float soft;
float hash(float n) { return fract(sin(n * 91.345) * 47453.5453); }
void main() {
  float i = float(gl_VertexID >> 1), end = float(gl_VertexID & 1);
  vec3 p = vec3(hash(i) * 30.0 - 15.0, 0.0, hash(i + 0.37) * 30.0 - 15.0);
  float speed = mix(14.0, 1.3, slow) * (0.8 + hash(i + 0.7) * 0.4);
  p.y = 12.0 - mod(clock * speed + hash(i + 0.19) * 13.0, 13.0);
  p.x += slow * sin(clock + i) * 0.5;
  p.xz += floor(eye.xz / 4.0) * 4.0;
  p.y += end * mix(0.55, 0.0, slow);
  gl_Position = lens * view * vec4(p, 1.0);
  gl_PointSize = clamp(46.0 / gl_Position.w, 1.5, 9.0); soft = slow;
}`;
const DROP = `#version 300 es
precision mediump float; in float soft; out vec4 seen;
void main() { float far = soft > 0.5 ? smoothstep(0.5, 0.2, length(gl_PointCoord - 0.5)) : 0.35; seen = vec4(0.93, 0.96, 1.0, far * 0.75); }`;
