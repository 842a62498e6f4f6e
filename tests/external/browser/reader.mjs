// A reader at the public port: is it yours, was AI used, what if it was stripped?
// usage: reader.mjs ORIGIN FOLDER ASSET
import { readFileSync } from "node:fs";
import { check, end, inspect, launch, shoot, verify, visit } from "./driver.mjs";

const [origin, folder, asset] = process.argv.slice(2);
const browser = await launch();
const text = (page, selector) => page.textContent(selector).then((text) => text.replace(/\s+/g, " ").trim());

// First load: few requests, none elsewhere, no cookie; the console is not here.
{
  const page = await visit(browser, origin, { status: [404] });
  await page.goto("/verify");
  check(page.requests.length <= 5, `first load takes ${page.requests.length} requests`);
  console.log(`first load: ${page.requests.length} requests`);
  const there = await page.request.get(`${origin}/console`);
  check(there.status() === 404, `/console answers ${there.status()}`);
  await page.context().close();
}

// The published file, with the mouse.
{
  const page = await visit(browser, origin);
  await page.goto("/verify");
  const start = Date.now();
  check((await verify(page, `${folder}/published.png`)) === "trusted", "the published file is not trusted");
  const took = Date.now() - start;
  console.log(`verdict after ${took} ms`);
  check(took < 3000, `the verdict took ${took} ms`);
  const focused = await page.evaluate(() => document.activeElement.id);
  check(focused === "verdict", `the focus is on ${focused}`);
  check((await page.locator("[role=status] #verdict").count()) === 1, "the verdict is not announced");
  const facts = await page.locator(".facts dd").allTextContents();
  check(facts.length === 3, `${facts.length} facts`);
  check(facts[0].startsWith("Yes, since it was signed"), facts[0]);
  check(facts[1].includes("On our own list"), facts[1]);
  check(facts[2].startsWith("Yes, in this file"), facts[2]);
  check((await page.textContent("#result")).includes("We published this on"), "the publication is not told");
  check((await page.locator(".own-picture img").count()) === 1, "there is no thumbnail");
  check((await page.locator("svg.drawn").count()) === 1, "the proof is not drawn");
  check((await page.locator("img.qr").count()) === 1, "there is no QR code");
  const short = await page.getAttribute("#short", "href");
  check(short === `/verify/${asset}`, `the short address is ${short}`);
  // A second file takes the place of the first.
  check((await verify(page, `${folder}/noise-1.png`)) !== null, "no second verdict");
  await page.waitForSelector('.result[data-verdict="none"]');
  check((await page.locator(".result").count()) === 1, "two results");
  await page.context().close();
}

// Stripped, made smaller, cropped: recovered, and kept apart from the verdict.
for (const file of ["stripped.png", "half.jpg", "q60.jpg", "cropped.jpg"]) {
  const page = await visit(browser, origin);
  await page.goto("/verify");
  check((await verify(page, `${folder}/${file}`)) === "none", `${file} has credentials`);
  const matches = page.locator(".match");
  check((await matches.count()) >= 1, `${file} is not recovered`);
  check((await matches.first().locator("img").count()) === 1, `${file}: the match has no picture`);
  check(!(await page.textContent(".result")).includes("Possibl"), "matches are merged with the verdict");
  const path = await matches.first().locator("a").getAttribute("href");
  check(path === `/verify/${asset}`, `${file} leads to ${path}`);
  await page.context().close();
}

// Unrelated pictures: nothing is claimed.
for (const file of ["noise-1.png", "noise-2.png", "noise-3.png"]) {
  const page = await visit(browser, origin);
  await page.goto("/verify");
  check((await verify(page, `${folder}/${file}`)) === "none", `${file} has credentials`);
  check((await page.locator(".match").count()) === 0, `${file} is claimed as ours`);
  await page.context().close();
}

// Texts: the published one, and one that was changed.
{
  const article = readFileSync(`${folder}/article.txt`, "utf8");
  const words = async (pasted) => {
    const page = await visit(browser, origin);
    await page.goto("/verify");
    await page.click("summary");
    await page.fill("#text", pasted);
    await page.click("button[type=submit]");
    await page.waitForSelector("#verdict");
    const told = await text(page, "#result");
    check(!told.toLowerCase().includes("fake"), "a text is called names");
    await inspect(page);
    await page.context().close();
    return told;
  };
  check((await words(article)).includes("This is a file of ours"), "the published text is not found");
  const changed = await words(`Yesterday. ${article}`);
  check(/Possibly|Very likely|No invisible mark|Too short/.test(changed), "a changed text says too much");
}

// Without a script the same form gives the same sentence.
{
  const [plain, scripted] = [await visit(browser, origin, { script: false }), await visit(browser, origin)];
  for (const page of [plain, scripted]) {
    await page.goto("/verify");
    await page.setInputFiles("#file", `${folder}/half.jpg`);
  }
  await plain.click("button[type=submit]");
  await plain.waitForSelector("#verdict");
  await scripted.waitForSelector("#verdict");
  check((await text(plain, "#verdict")) === (await text(scripted, "#verdict")), "the sentences differ");
  check((await text(plain, "#matches")) === (await text(scripted, "#matches")), "the matches differ");
  await plain.goto("/transparency");
  await plain.fill("#leaf", "0");
  await plain.click("form button");
  check((await plain.locator("svg.drawn").count()) === 1, "no proof without a script");
  await plain.context().close();
  await scripted.context().close();
}

// Keyboard alone: from the address bar to a verdict on a pasted text.
{
  const page = await visit(browser, origin);
  await page.goto("/verify");
  const reach = async (wanted) => {
    for (let tries = 0; tries < 30; tries += 1) {
      await page.keyboard.press("Tab");
      if (await page.evaluate((selector) => document.activeElement.matches(selector), wanted)) return true;
    }
    return false;
  };
  check(await reach(".skip"), "there is no way past the navigation");
  check(await reach("#file"), "the file button is not reached");
  check(await reach("summary"), "the text box is not reached");
  await page.keyboard.press("Enter");
  check(await reach("#text"), "the text field is not reached");
  await page.keyboard.type("A text that nobody has signed.");
  check(await reach("button[type=submit]"), "the button is not reached");
  const outline = await page.evaluate(() => getComputedStyle(document.activeElement).outlineStyle);
  check(outline !== "none", "the focus is not seen");
  await page.keyboard.press("Enter");
  await page.waitForSelector("#verdict");
  await page.context().close();
}

// In Chinese the verdict is the same.
{
  const page = await visit(browser, origin, { lang: "zh" });
  await page.goto("/verify");
  check((await page.getAttribute("html", "lang")) === "zh-Hans", "the page is not Chinese");
  check((await verify(page, `${folder}/published.png`)) === "trusted", "the verdict differs");
  await page.goto("/verify?lang=en");
  check((await page.getAttribute("html", "lang")) === "en", "?lang= does not win");
  await page.click('a[hreflang="zh-Hans"]');
  check(page.url().endsWith("lang=zh"), page.url());
  await page.click("nav a >> nth=1");
  check(page.url().includes("lang=zh"), "the choice is lost");
  await page.goto("/verify?theme=dark");
  const [dark, light] = [await page.evaluate(() => getComputedStyle(document.body).backgroundColor), "rgb(250, 249, 246)"];
  check(dark !== light, "the theme is not dark");
  await page.context().close();
}

// Whatever a file says is text.
{
  const page = await visit(browser, origin);
  await page.goto("/verify");
  await verify(page, { name: '"><img src=x onerror=alert(1)>.jpg', mimeType: "image/jpeg", buffer: readFileSync(`${folder}/hostile.jpg`) });
  const told = await page.textContent("#result");
  check(told.includes("onerror=alert(1)"), "the name is not shown");
  check(told.includes("<script>alert(2)</script>"), "the metadata is not shown");
  check((await page.locator("#result script, #result [onerror], #result [hx-get]").count()) === 0, "a file's text has become markup");
  await inspect(page);
  await shoot(page, "hostile-name");
  await page.context().close();
}

// 400 % zoom of 1280 px is 320 px: no scrolling sideways (inspect looks).
{
  const page = await visit(browser, origin, { width: 320 });
  await page.goto("/verify");
  await verify(page, `${folder}/published.png`);
  await inspect(page);
  await page.context().close();
}

// A complaint: errors are said, a ticket comes.
{
  const page = await visit(browser, origin);
  await page.goto("/verify");
  await verify(page, `${folder}/half.jpg`);
  await page.click('a[href^="/complaint"]');
  check((await page.inputValue("#complaint-asset")) === asset, "the work is not filled in");
  await page.fill("#complaint-text", "   ");
  await page.click("button[type=submit]");
  await page.waitForSelector("#complaint-error");
  await page.fill("#complaint-text", "The caption names the wrong harbour.");
  await page.fill("#complaint-contact", "reader@example.org");
  await page.click("button[type=submit]");
  await page.waitForSelector("#ticket");
  check(/^[0-9A-Z]{4}-[0-9A-Z]{4}$/.test(await text(page, "#ticket")), "no ticket");
  check((await page.evaluate(() => document.activeElement.id)) === "ticket", "the ticket is not focused");
  await inspect(page);
  await shoot(page, "ticket");
  await page.context().close();
}
await end(browser);
