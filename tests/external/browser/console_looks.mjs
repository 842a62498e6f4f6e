// Every page of the console in both languages, narrow and wide, light and dark: axe-core, the policy,
// no scrolling sideways, and a picture of each.
// usage: console_looks.mjs ORIGIN JSON, of {links: {role: link}, pages: {role: {name: path}}}
import { end, inAllLooks, inspect, launch, shoot, signIn, visit } from "./driver.mjs";

const [origin, told] = process.argv.slice(2);
const { links, pages } = JSON.parse(told);

const browser = await launch();
{
  const page = await visit(browser, origin);
  await page.goto("/console/sign-in");
  await inspect(page);
  await shoot(page, "console-sign-in");
  await page.context().close();
}
for (const [who, link] of Object.entries(links)) {
  const state = await signIn(browser, origin, link);
  for (const lang of ["en", "zh"]) {
    const page = await visit(browser, origin, { lang, state });
    for (const [name, path] of Object.entries(pages[who])) {
      await page.goto(path);
      await inAllLooks(page, `console-${name}`);
    }
    await page.context().close();
  }
}
await end(browser);
