// Every public page in both languages, narrow and wide, light and dark: axe-core, the policy, no
// scrolling sideways, and a picture of each.
// usage: looks.mjs ORIGIN FOLDER ASSET MARK
import { end, inAllLooks, launch, verify, visit } from "./driver.mjs";

const [origin, folder, asset, mark] = process.argv.slice(2);
const open = (details) => details.evaluate((element) => (element.open = true));
const unfold = async (page) => {
  for (const details of await page.$$("details")) await open(details);
};
const pages = {
  verify: "/verify",
  record: `/verify/${asset}`,
  landing: `/c/${mark}`,
  trust: "/trust",
  log: "/transparency",
  leaf: "/transparency?leaf=0",
  about: "/about",
  complaint: "/complaint?about=result",
  missing: "/nowhere",
};
const files = { trusted: "published.png", recovered: "half.jpg", hostile: "hostile.jpg", altered: "altered.png", none: "noise-1.png" };

const browser = await launch();
for (const lang of ["en", "zh"]) {
  for (const [name, path] of Object.entries(pages)) {
    const page = await visit(browser, origin, { lang, status: [404] });
    await page.goto(path);
    await inAllLooks(page, name);
    await page.context().close();
  }
  for (const [name, file] of Object.entries(files)) {
    const page = await visit(browser, origin, { lang });
    await page.goto("/verify");
    await verify(page, `${folder}/${file}`);
    await inAllLooks(page, `result-${name}`);
    await unfold(page);
    await inAllLooks(page, `result-${name}-open`);
    await page.context().close();
  }
}
await end(browser);
