// What WebGPU runs on in this browser.

export async function run() {
  const adapter = await navigator.gpu?.requestAdapter();
  if (!adapter) return { adapter: null };
  const { vendor, architecture, device, description } = adapter.info;
  const words = [vendor, architecture, device, description].filter((word) => word);
  return { adapter: [...new Set(words)].join(" ") || "unnamed" };
}
