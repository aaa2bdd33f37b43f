declare module 'mjml-browser' {
  type Options = {
    validationLevel: 'strict' | 'soft' | 'skip';
    keepComments: boolean;
    fonts: Record<string, string>;
  };
  type Flaw = { line: number; message: string; tagName: string };
  export default function mjml(source: string, options: Options): Promise<{ html: string; errors: Flaw[] }>;
}
