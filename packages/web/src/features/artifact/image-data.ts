/** An image as an address of itself; whatever an SVG holds, a browser runs no script in an image. */
export async function imageData(content: Blob, mediaType: string): Promise<string> {
  const typed = new Blob([content], { type: mediaType });
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result as string));
    reader.addEventListener("error", () => reject(reader.error ?? new Error("It cannot be read.")));
    reader.readAsDataURL(typed);
  });
}
