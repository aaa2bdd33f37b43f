declare global {
  namespace App {
    interface PageData {
      /** The page fills the window: an editor with parts that scroll by themselves. */
      wide?: boolean;
    }
  }
}

export {};
