// Checks .glb and .gltf files with Khronos' validator; any error or warning ends with status 1.
// npm install --prefix DIR gltf-validator; NODE_PATH=DIR/node_modules node validate.js FILE…
"use strict";
const fs = require("fs");
const validator = require("gltf-validator");

async function check(path) {
  const report = await validator.validateBytes(new Uint8Array(fs.readFileSync(path)), {
    uri: path, maxIssues: 20, externalResourceFunction: () => Promise.reject(new Error("no other files")),
  });
  const { numErrors, numWarnings, numInfos, numHints, messages } = report.issues;
  const info = report.info;
  console.log(`${path}: ${numErrors} errors, ${numWarnings} warnings, ${numInfos} infos, ${numHints} hints; ` +
    `${info.totalTriangleCount} triangles, ${info.drawCallCount} draws, ${info.animationCount} animations`);
  for (const m of messages) console.log(`  ${m.code} ${m.pointer || ""}: ${m.message}`);
  return numErrors + numWarnings;
}

(async () => {
  let faults = 0;
  for (const path of process.argv.slice(2)) faults += await check(path);
  process.exit(faults === 0 ? 0 : 1);
})();
