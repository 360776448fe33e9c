// Files that the page hands to the user.

/**
 * Saves a file through the browser.
 * @param {string} name of the file
 * @param {BlobPart} content
 * @param {string} type MIME type of the content
 */
export function download(name, content, type) {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  URL.revokeObjectURL(link.href);
}
