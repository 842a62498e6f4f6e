// Addresses of files: those that are not public are refused with one sentence.
// usage: addresses.mjs ORIGIN
import { check, end, inspect, launch, shoot, visit } from "./driver.mjs";

const [origin] = process.argv.slice(2);
const browser = await launch();
const refused = ["http://169.254.169.254/", "http://localhost:1/x.png", "https://127.0.0.1/x.png", "https://[::1]/x.png", "https://10.0.0.1/x.png"];
for (const url of refused) {
  const page = await visit(browser, origin, { status: [422] });
  await page.goto("/verify");
  await page.click("summary >> nth=1");
  await page.fill("#url", url);
  await page.click("button[type=submit]");
  await page.waitForSelector("#problem");
  check((await page.textContent("#problem")) === "This address is not called: it must be a public one, over https.", url);
  await inspect(page);
  await shoot(page, "address-refused");
  await page.context().close();
}
// `file:` is no address of a form field; sent by hand it is refused, too.
const page = await visit(browser, origin);
const answer = await page.request.post(`${origin}/verify`, { multipart: { url: "file:///etc/passwd" } });
check(answer.status() === 422 && !(await answer.text()).includes("root:"), "file: is read");
await end(browser);
