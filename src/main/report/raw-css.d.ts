/** A stylesheet as text, which the build puts into the program. */
declare module '*.css?raw' {
  const text: string;
  // biome-ignore lint/style/noDefaultExport: what the build tool makes of a file has this form
  export default text;
}
