// A reader who needs large letters, or listens: 400 % zoom on every page, what a screen reader is told, and a
// text that has lost its invisible characters.
// usage: close_up.mjs ORIGIN FOLDER
import { readFileSync } from "node:fs";
import { check, end, inspect, launch, shoot, verify, visit } from "./driver.mjs";

const [origin, folder] = process.argv.slice(2);
const browser = await launch();
const [article, carrying] = ["article", "carrying"].map((name) => readFileSync(`${folder}/${name}.txt`, "utf8"));
// What a program that pastes only what is seen leaves out.
const INVISIBLE = /[\u200b-\u200f\u2060-\u2064\ufe00-\ufe0f\ufeff]|[\u{e0100}-\u{e01ef}]/gu;

const paste = async (page, text) => {
  await page.goto("/verify");
  await page.locator("summary").first().click();
  await page.fill("#text", text);
  await page.click("button[type=submit]");
  await page.waitForSelector("#verdict");
  return (await page.textContent("#result")).replace(/\s+/g, " ");
};

for (const lang of ["en", "zh"]) {
  // 1280 by 1024 pixels at 400 %: 320 by 256 are left, four device pixels each.
  const page = await visit(browser, origin, { lang, width: 320, height: 256, scale: 4 });
  for (const path of ["/verify", "/trust", "/transparency", "/about", "/complaint"]) {
    await page.goto(path);
    await inspect(page);
  }
  await page.goto("/verify");
  check((await verify(page, `${folder}/published.png`)) === "trusted", "the verdict differs at 400 %");
  const verdict = await page.locator("#verdict").boundingBox();
  check(verdict.y >= 0 && verdict.y < 256, `at 400 % the verdict is at ${verdict.y}`);
  await inspect(page);
  await shoot(page, "zoomed");
  // Whatever the keyboard reaches can be seen.
  for (let at = 0; at < 12; at += 1) {
    await page.keyboard.press("Tab");
    const hidden = await page.evaluate(() => {
      const box = document.activeElement.getBoundingClientRect();
      return box.bottom <= 0 || box.top >= innerHeight ? document.activeElement.outerHTML.slice(0, 80) : null;
    });
    check(hidden === null, `at 400 % the focus is out of sight: ${hidden}`);
  }
  await page.context().close();
}

// What assistive technology is given: a status that holds the verdict, and the focus on its heading.
for (const lang of ["en", "zh"]) {
  const page = await visit(browser, origin, { lang });
  await page.goto("/verify");
  await verify(page, `${folder}/half.jpg`);
  const sentence = (await page.textContent("#verdict")).trim();
  const session = await page.context().newCDPSession(page);
  const { nodes } = await session.send("Accessibility.getFullAXTree");
  const at = new Map(nodes.map((node) => [node.nodeId, node]));
  const focused = nodes.find((node) => node.properties?.some(({ name, value }) => name === "focused" && value.value) && node.role?.value === "heading");
  check(focused?.name?.value.trim() === sentence, `the focus is heard as ${focused?.name?.value}`);
  const above = [];
  for (let node = at.get(focused?.parentId); node; node = at.get(node.parentId)) above.push(node);
  const status = above.find((node) => node.role?.value === "status");
  const live = status?.properties?.find(({ name }) => name === "live")?.value.value;
  check(live === "polite", `the verdict is announced as ${live}`);
  const nameless = nodes.filter((node) => !node.ignored && ["button", "link", "textbox", "image"].includes(node.role?.value) && !node.name?.value?.trim());
  check(nameless.length === 0, `without a name: ${nameless.map((node) => node.role.value)}`);
  await inspect(page);
  await shoot(page, "heard");
  await page.context().close();
}

// A text that carries its credentials in characters that nobody sees, and what is left without them; then the
// published one, which is known by its words.
for (const lang of ["en", "zh"]) {
  const page = await visit(browser, origin, { lang });
  for (const [name, text, verdict] of [
    ["text-whole", carrying, "trusted"],
    ["text-seen", carrying.replace(INVISIBLE, ""), "none"],
  ]) {
    const told = await paste(page, text);
    const found = await page.getAttribute(".result", "data-verdict");
    check(found === verdict, `${name} is ${found}`);
    check(!/fake|虚假|伪造/i.test(told), `${name} is called names: ${told}`);
    await inspect(page);
    await shoot(page, name);
  }
  const told = await paste(page, article);
  check(told.includes(lang === "en" ? "This is a file of ours" : "这是我们的文件"), `the published text is not found: ${told}`);
  await page.context().close();
}
await end(browser);
