/** What a command is given from the command line. */
export interface CommandOptions {
  /** The words behind the command's name. */
  arguments: string[];
  flags: Record<string, string | undefined>;
  /** Files of products given with --product. */
  products: string[];
}

export type Command = (options: CommandOptions) => Promise<void>;
