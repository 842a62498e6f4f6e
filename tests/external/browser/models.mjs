// A model that was brought, and a server behind: the page of models names both, and both are asked.
// usage: models.mjs ORIGIN LINK TOLD, where TOLD is JSON: {own, digest, behind}
import { check, end, inBoth, launch, signIn, visit } from "./driver.mjs";

const [origin, link, told] = process.argv.slice(2);
const { own, digest, behind } = JSON.parse(told);
const browser = await launch();
const state = await signIn(browser, origin, link);
const page = await visit(browser, origin, { state });

await page.goto("/console/models");
const row = page.locator("tbody tr").filter({ has: page.getByRole("cell", { name: own, exact: true }) });
check((await row.count()) === 1 && (await row.textContent()).includes(digest), `the model is not told of: ${await page.textContent("tbody")}`);
check((await page.getByRole("cell", { name: behind, exact: true }).count()) === 1, "the server's model is not told of");
await inBoth(page, "models");

for (const [model, mark] of [[own, "Invisible mark"], [behind, "sampler of an upstream"]]) {
  await page.goto("/console/create/text?lang=en");
  await page.locator("#prompt").fill("What does the river do?");
  await page.locator("#model").selectOption(model);
  await page.locator("main form button[type=submit]").first().click();
  await page.waitForURL(/\/console\/r\//);
  await page.locator("#progress", { hasText: "Released" }).waitFor();
  const timeline = await page.textContent(".timeline");
  check(timeline.includes(model === own ? digest : behind), `the record does not name ${model}: ${timeline}`);
  check(timeline.includes(mark), `the record does not say of the mark what is so of ${model}: ${timeline}`);
  await inBoth(page, `models-${model.replaceAll("/", "-")}`);
}
await end(browser);
